// A function whose event says how to behave. gofunction_test.go is the same in Go.
const fs = require("node:fs");
const instance = Math.random().toString(36).slice(2);
let calls = 0;
let ticks = 0;
setInterval(() => ticks++, 2).unref();

if (process.env.SLOW_INIT) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(process.env.SLOW_INIT));
if (process.env.BROKEN_INIT) throw new Error("broken at start");
if (process.env.SLOW_FIRST_INIT && !fs.existsSync(process.env.SLOW_FIRST_INIT)) {
  fs.writeFileSync(process.env.SLOW_FIRST_INIT, "");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Teapot extends Error {
  constructor(message) {
    super(message);
    this.name = "Teapot";
  }
}

exports.handler = async (event, context) => {
  calls++;
  if (event.append) fs.appendFileSync(event.append, JSON.stringify(event.record ?? event) + "\n");
  if (event.requestContext?.condition) fs.appendFileSync(process.env.RECORDS, JSON.stringify(event) + "\n");
  if (event.print) console.log(event.print);
  if (event.sleep) await sleep(event.sleep);
  if (event.wait) while (!fs.existsSync(event.wait)) await sleep(5);
  if (event.fail) throw new Teapot(event.fail);
  if (event.exit) process.exit(event.exit);
  if (event.size) return "x".repeat(event.size);
  return {
    instance, calls, ticks,
    echo: event.echo ?? null,
    requestId: context.awsRequestId,
    remaining: context.getRemainingTimeInMillis(),
    arn: context.invokedFunctionArn,
    client: context.clientContext ?? null,
    name: context.functionName,
    version: context.functionVersion,
    memory: Number(context.memoryLimitInMB),
    variable: process.env[event.variable ?? ""] ?? "",
  };
};

exports.streaming = globalThis.awslambda?.streamifyResponse(async (event, response) => {
  for (const part of event.parts) {
    response.write(part);
    await sleep(event.pause ?? 0);
    if (event.wait) while (!fs.existsSync(event.wait)) await sleep(5);
  }
  if (event.fail) throw new Teapot(event.fail);
  response.end();
});
