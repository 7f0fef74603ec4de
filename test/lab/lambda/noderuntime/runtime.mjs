// A client of Lambda's Runtime API (version 2018-06-01) for Node handlers.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { Writable } from "node:stream";
import { finished as drained } from "node:stream/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const address = process.env.AWS_LAMBDA_RUNTIME_API;
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
const streamed = Symbol("streamed");

// streamify marks a handler (event, responseStream, context) whose response is sent while it is written.
export function streamify(handler) {
  handler[streamed] = true;
  return handler;
}

// withMetadata begins a stream with a status and headers, as Lambda's HttpResponseStream does.
export function withMetadata(stream, metadata) {
  stream.setContentType("application/vnd.awslambda.http-integration-response");
  stream.write(JSON.stringify(metadata));
  stream.write(Buffer.alloc(8));
  return stream;
}

globalThis.awslambda = {
  streamifyResponse: streamify,
  HttpResponseStream: { from: withMetadata },
};

function open(method, url, headers) {
  const [host, port] = address.split(":");
  return http.request({ host, port, method, agent, headers, path: "/2018-06-01/runtime" + url });
}

function finished(request) {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      const parts = [];
      response.on("error", reject);
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    });
  });
}

async function send(method, url, headers, body) {
  const request = open(method, url, headers);
  const response = finished(request);
  request.end(body);
  return response;
}

function described(error) {
  const known = error instanceof Error;
  return {
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? (error.stack ?? "").split("\n") : [],
  };
}

async function report(url, error) {
  const body = described(error);
  console.error(JSON.stringify(body));
  return send("POST", url, { "Content-Type": "application/json", "Lambda-Runtime-Function-Error-Type": body.errorType }, JSON.stringify(body));
}

// The context that Lambda documents for Node handlers.
function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const client = headers["lambda-runtime-client-context"];
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    clientContext: client ? JSON.parse(client) : undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// A response that is sent while the handler writes it. Its error, if any, travels in the trailer.
async function stream(handler, event, context, url) {
  let contentType = "application/octet-stream";
  let request;
  const begin = () => {
    if (request) return request;
    request = open("POST", url + "/response", {
      "Content-Type": contentType,
      "Lambda-Runtime-Function-Response-Mode": "streaming",
      "Transfer-Encoding": "chunked",
      Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
    });
    request.answer = finished(request);
    request.answer.catch(() => {}); // awaited below
    return request;
  };
  const response = new Writable({
    write: (part, _, done) => begin().write(part, done),
    final: (done) => begin().end(done),
  });
  response.setContentType = (type) => { contentType = type; };
  const ended = drained(response);
  ended.catch(() => {}); // awaited below, unless the handler fails first
  try {
    await handler(event, response, context);
    await ended;
  } catch (error) {
    const body = described(error);
    console.error(JSON.stringify(body));
    if (!request) return report(url + "/error", error);
    request.addTrailers({
      "Lambda-Runtime-Function-Error-Type": body.errorType,
      "Lambda-Runtime-Function-Error-Body": Buffer.from(JSON.stringify(body)).toString("base64"),
    });
    request.end();
  }
  return request.answer;
}

async function answer(handler, event, context, url) {
  if (handler[streamed]) return stream(handler, event, context, url);
  let result;
  try {
    result = JSON.stringify((await handler(event, context)) ?? null);
  } catch (error) {
    return report(url + "/error", error);
  }
  return send("POST", url + "/response", { "Content-Type": "application/json" }, result);
}

// serve handles one invocation after the other, for ever.
export async function serve(handler) {
  let url;
  const fatal = async (error) => {
    await report(url ? url + "/error" : "/init/error", error).catch(() => {}); // the host sees the exit anyway
    process.exit(1);
  };
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
  for (;;) {
    url = undefined;
    const next = await send("GET", "/invocation/next", {});
    if (next.status !== 200) throw new Error(`the Runtime API answered ${next.status} to next: ${next.body}`);
    const context = contextOf(next.headers);
    process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
    url = "/invocation/" + context.awsRequestId;
    await answer(handler, JSON.parse(next.body), context, url);
  }
}

async function load(name) {
  const dot = name.lastIndexOf(".");
  const files = [".js", ".mjs", ".cjs"].map((extension) => path.resolve(name.slice(0, dot) + extension));
  const file = files.find((candidate) => fs.existsSync(candidate));
  if (!file) throw new Error(`${name}: there is none of ${files.join(", ")}`);
  const module = await import(pathToFileURL(file));
  const handler = module[name.slice(dot + 1)] ?? module.default?.[name.slice(dot + 1)];
  if (typeof handler !== "function") throw new Error(`${name} is not a function; expected FILE.EXPORT of a handler`);
  return handler;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  load(process.argv[2] ?? "index.handler").then(serve, async (error) => {
    await report("/init/error", error);
    process.exit(1);
  });
}
