// A handler of HTTP events in the format 2.0, for those who call one in their own process. SERVER is the model server to load,
// such as encoder.mjs; PORT is 0.
import { whole } from "./adapter.mjs";
import { port } from "./serve.mjs";

await import(`./${process.env.SERVER}`);

export const handler = (event) => whole(port, event);
