// A function for Google's functions framework.
const functions = require("@google-cloud/functions-framework");

functions.http("greet", (request, response) => {
  response.json({ greeting: "hello " + request.body.name, revision: process.env.K_REVISION });
});
