// Passes invocations on to an HTTP server in this process. An event is an HTTP request in the format 2.0 that function
// URLs and HTTP APIs send; the answer has the same format, or is a stream where INVOKE_MODE is RESPONSE_STREAM, as for a
// function URL of that mode.
import http from "node:http";
import { pipeline } from "node:stream/promises";
import { serve, streamify, withMetadata } from "./runtime.mjs";

function ask(port, event) {
  const { method } = event.requestContext?.http ?? {};
  if (!method || typeof event.rawPath !== "string") {
    throw new Error("the event is no HTTP request; expected format 2.0 with requestContext.http.method, rawPath, headers and body");
  }
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const headers = { ...event.headers, "content-length": body.length };
  const path = event.rawPath + (event.rawQueryString ? "?" + event.rawQueryString : "");
  // A connection of its own: one that was kept could be timed out when the process wakes after being frozen.
  return new Promise((resolve, reject) => {
    http.request({ host: "127.0.0.1", port, method, path, headers, agent: false }, resolve).on("error", reject).end(body);
  });
}

function headersOf(response) {
  return Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

// whole is the answer in one piece.
export async function whole(port, event) {
  const response = await ask(port, event);
  const parts = [];
  for await (const part of response) parts.push(part);
  const body = Buffer.concat(parts);
  const text = /^(text\/|application\/json)/.test(response.headers["content-type"] ?? "");
  return {
    statusCode: response.statusCode, headers: headersOf(response), isBase64Encoded: !text, body: body.toString(text ? "utf8" : "base64"),
  };
}

// adapt serves invocations for ever.
export function adapt(port) {
  if (process.env.INVOKE_MODE === "RESPONSE_STREAM") {
    return serve(streamify(async (event, stream) => {
      const response = await ask(port, event);
      withMetadata(stream, { statusCode: response.statusCode, headers: headersOf(response) });
      await pipeline(response, stream);
    }));
  }
  return serve((event) => whole(port, event));
}
