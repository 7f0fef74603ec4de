// Completions by llama.cpp, as OpenAI's API gives them. Requests at the same time are computed in one batch.
//
// MODEL_PATH is a GGUF file, SEQUENCES how many requests are computed at once, CONTEXT_SIZE the tokens of each.
import { randomUUID } from "node:crypto";
import path from "node:path";
import client from "prom-client";
import { getLlama } from "node-llama-cpp";
import { continuousBatch } from "./batch.mjs";
import { events, Failure, limiter, serve } from "./serve.mjs";
import { textOf } from "./text.mjs";

const sequences = Number(process.env.SEQUENCES ?? 4);
const contextSize = Number(process.env.CONTEXT_SIZE ?? 512);
const file = process.env.MODEL_PATH;
if (!file) throw new Error("MODEL_PATH is not set; expected a GGUF file");
const name = path.basename(file, ".gguf");

const batches = new client.Histogram({
  name: "model_batch_sequences", help: "Requests that an iteration gives a token.", buckets: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
});
const tokens = new client.Counter({ name: "model_tokens_total", help: "Tokens read and generated.", labelNames: ["kind"] });

const llama = await getLlama({ gpu: false, build: "never", logLevel: "warn", maxThreads: 1 });
// The weights are memory of its own: pages of a mapped file may be taken from a server that idles, and its next requests wait.
const model = await llama.loadModel({ modelPath: file, useMmap: false });
const context = await model.createContext({ sequences, contextSize, threads: 1 });
const tokensOf = continuousBatch((size) => batches.observe(size));
const run = limiter(Array.from({ length: sequences }, () => context.getSequence()));

function number(body, field, fallback, low, high) {
  const value = body[field] ?? fallback;
  if (value !== undefined && (typeof value !== "number" || !(value >= low && value <= high))) {
    throw new Failure(400, `${field}: ${JSON.stringify(value)}; expected a number from ${low} to ${high}`);
  }
  return value;
}

function stops(body) {
  const all = [body.stop ?? []].flat();
  if (all.length > 4 || all.some((stop) => typeof stop !== "string" || stop === "")) throw new Failure(400, "stop: expected a text or up to 4 texts");
  return all;
}

// generate computes a completion and hands its text on in parts.
async function generate(prompt, body, signal, part = () => {}) {
  const { bos, shouldPrependBosToken } = model.tokens;
  const input = [...(shouldPrependBosToken ? [bos] : []), ...model.tokenize(prompt)];
  const maxTokens = Math.floor(number(body, body.max_completion_tokens === undefined ? "max_tokens" : "max_completion_tokens", 16, 1, contextSize));
  if (input.length + maxTokens > contextSize) {
    throw new Failure(400, `the prompt has ${input.length} tokens and ${maxTokens} are asked for; expected at most ${contextSize} in all`);
  }
  const sampling = {
    temperature: number(body, "temperature", 1, 0, 2), topP: number(body, "top_p", 1, 0, 1), seed: number(body, "seed", undefined, 0, 2 ** 32 - 1),
  };
  const text = textOf(model, stops(body), part);
  let generated = 0;
  let reason = "stop";
  const take = (token) => {
    generated++;
    if (text.add(token)) return true;
    if (generated < maxTokens) return false;
    reason = "length";
    return true;
  };
  await run(signal, (sequence) => tokensOf({ sequence, input, sampling, signal, take }));
  tokens.inc({ kind: "prompt" }, input.length);
  tokens.inc({ kind: "completion" }, generated);
  const usage = { prompt_tokens: input.length, completion_tokens: generated, total_tokens: input.length + generated };
  return { text: text.end(), reason, usage };
}

// A kind of endpoint: how its objects are called, and how a choice holds a text.
const kinds = {
  text: {
    id: "cmpl-", object: "text_completion", chunk: "text_completion",
    whole: (text) => ({ text, logprobs: null }), part: (text) => ({ text, logprobs: null }), first: undefined,
  },
  chat: {
    id: "chatcmpl-", object: "chat.completion", chunk: "chat.completion.chunk",
    whole: (content) => ({ message: { role: "assistant", content } }), part: (content) => ({ delta: { content } }), first: { delta: { role: "assistant", content: "" } },
  },
};

async function answer(kind, prompt, body, response, signal) {
  const head = { id: kind.id + randomUUID(), created: Math.floor(Date.now() / 1000), model: name };
  if (!body.stream) {
    const { text, reason, usage } = await generate(prompt, body, signal);
    return { ...head, object: kind.object, choices: [{ index: 0, ...kind.whole(text), finish_reason: reason }], usage };
  }
  let send;
  const chunk = (choice, reason = null) => {
    if (!send) { // the first token: until then an error has a status of its own
      send = events(response);
      if (kind.first) chunk(kind.first);
    }
    return send({ ...head, object: kind.chunk, choices: [{ index: 0, ...choice, finish_reason: reason }] });
  };
  const { reason, usage } = await generate(prompt, body, signal, (text) => chunk(kind.part(text)));
  await chunk(kind === kinds.chat ? { delta: {} } : kind.part(""), reason);
  if (body.stream_options?.include_usage) await send({ ...head, object: kind.chunk, choices: [], usage });
  await send("[DONE]");
  response.end();
  return undefined;
}

function transcript(messages) {
  if (!Array.isArray(messages) || messages.length === 0) throw new Failure(400, "messages: expected a list of at least one message");
  for (const { role, content } of messages) {
    if (typeof role !== "string" || typeof content !== "string") throw new Failure(400, "messages: expected a role and a text as content in each");
  }
  return messages.map(({ role, content }) => `<|${role}|>\n${content}\n`).join("") + "<|assistant|>\n";
}

await serve({
  "POST /v1/completions": (body, response, signal) => {
    if (typeof body.prompt !== "string") throw new Failure(400, "prompt: expected a text");
    return answer(kinds.text, body.prompt, body, response, signal);
  },
  "POST /v1/chat/completions": (body, response, signal) => answer(kinds.chat, transcript(body.messages), body, response, signal),
  "GET /v1/models": () => ({ object: "list", data: [{ id: name, object: "model", created: 0, owned_by: "lab" }] }),
});
