// What the model servers share: an HTTP server on $PORT, which speaks Lambda's Runtime API instead where that is set.
import { randomUUID } from "node:crypto";
import http from "node:http";
import client from "prom-client";

const maxBody = 4 << 20; // bytes
const instance = process.env.HOSTNAME ?? randomUUID(); // a pod's name, or another for each process
const maxQueue = Number(process.env.MAX_QUEUE ?? 256); // requests that may wait

const inFlight = new client.Gauge({ name: "model_requests_in_flight", help: "Requests that the model works on." });
const queueLength = new client.Gauge({ name: "model_queue_length", help: "Requests that wait for the model." });
const inside = new client.Gauge({ name: "http_requests_in_flight", help: "Requests inside the server, working or waiting." });
const requests = new client.Counter({ name: "model_requests_total", help: "Requests answered.", labelNames: ["path", "status"] });
const seconds = new client.Histogram({
  name: "model_request_duration_seconds", help: "From the request to the end of its answer.", labelNames: ["path"],
  buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
});
client.collectDefaultMetrics();

// Failure is an error that the caller is to blame for, or that has a status of its own.
export class Failure extends Error {
  constructor(status, message, type = "invalid_request_error") {
    super(message);
    Object.assign(this, { status, type });
  }
}

// limiter lets count tasks run at a time and the others wait in their order; a task gets a resource of its own.
export function limiter(resources) {
  const free = [...resources];
  const waiting = [];
  return async (signal, task) => {
    let resource = free.pop();
    if (resource === undefined) {
      if (waiting.length >= maxQueue) throw new Failure(429, `${maxQueue} requests wait already; try again later`, "rate_limit_error");
      queueLength.inc();
      try {
        resource = await new Promise((resolve, reject) => {
          const me = { resolve };
          waiting.push(me);
          signal.addEventListener("abort", () => {
            const at = waiting.indexOf(me);
            if (at >= 0) waiting.splice(at, 1);
            reject(signal.reason);
          }, { once: true });
        });
      } finally {
        queueLength.dec();
      }
    }
    inFlight.inc();
    try {
      return await task(resource);
    } finally {
      inFlight.dec();
      const next = waiting.shift();
      if (next) next.resolve(resource);
      else free.push(resource);
    }
  };
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > maxBody) throw new Failure(413, `the body has more than ${maxBody} bytes`);
    parts.push(part);
  }
  let value;
  try {
    value = JSON.parse(Buffer.concat(parts).toString());
  } catch (error) {
    throw new Failure(400, `the body is not JSON: ${error.message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Failure(400, "the body is not a JSON object");
  return value;
}

function reply(response, status, value) {
  const text = JSON.stringify(value);
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }).end(text);
}

// events begins a stream of server-sent events and gives what sends one; it resolves when there is room for more.
export function events(response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  return (value) => new Promise((resolve) => response.write(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`, resolve));
}

async function handle(routes, request, response) {
  const path = new URL(request.url, "http://model").pathname;
  if (request.method === "GET" && path === "/healthz") return reply(response, 200, { status: "ok" });
  if (request.method === "GET" && path === "/metrics") {
    return response.writeHead(200, { "Content-Type": client.register.contentType }).end(await client.register.metrics());
  }
  const route = routes[`${request.method} ${path}`];
  const done = seconds.startTimer({ path: route ? path : "other" });
  inside.inc();
  response.setHeader("X-Served-By", instance);
  const gone = new AbortController();
  response.on("close", () => response.writableFinished || gone.abort(new Failure(499, "the caller is gone")));
  try {
    if (!route) throw new Failure(404, `there is no ${request.method} ${path}; there is ${Object.keys(routes).join(", ")}`);
    const answer = await route(request.method === "GET" ? {} : await bodyOf(request), response, gone.signal);
    if (answer !== undefined) reply(response, 200, answer);
  } catch (error) {
    if (!(error instanceof Failure)) console.error(error);
    const status = error.status ?? 500;
    if (response.headersSent) response.destroy();
    else reply(response, status, { error: { message: error.message, type: error.type ?? "server_error", code: null } });
  } finally {
    done();
    inside.dec();
    requests.inc({ path: route ? path : "other", status: response.statusCode });
  }
}

function listen(server, port, host) {
  return new Promise((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
}

// port is where the server listens, once it does.
export let port;

// serve answers routes ("POST /path": (body, response, signal) => answer, or undefined if it has answered itself).
export async function serve(routes) {
  const server = http.createServer((request, response) => handle(routes, request, response));
  if (process.env.AWS_LAMBDA_RUNTIME_API) {
    await listen(server, 0, "127.0.0.1");
    const { adapt } = await import("./adapter.mjs");
    return adapt(server.address().port);
  }
  process.once("SIGTERM", () => {
    server.close(() => process.exit(0)); // when the answers under way are written
    server.closeIdleConnections();
  });
  const host = process.env.POD_IP ?? process.env.HOST ?? "127.0.0.1";
  await listen(server, Number(process.env.PORT ?? 8080), host);
  port = server.address().port;
  console.log(`listening on ${host}:${port}`);
}
