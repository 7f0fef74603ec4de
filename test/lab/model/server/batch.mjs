// A continuous batch, as the servers of production compute it: in iterations, each of which gives every sequence in it one
// token. Sequences come and go between iterations; the prompt of one that came is read in its first.
//
// The library's own completions are not used for this: there, a sequence that was not sampled in time misses the next
// iteration, and one that has ended waits for a lock until none is left in the batch.
import { randomInt } from "node:crypto";

const seeds = 2 ** 32;

// continuousBatch gives a function that generates tokens: it calls take for each, until that returns true, and resolves
// then. observe gets the number of sequences of every iteration.
export function continuousBatch(observe) {
  const members = new Set();
  let running = false;

  async function iterate() {
    running = true;
    while (members.size > 0) {
      observe(members.size);
      const batch = [...members];
      await Promise.all(batch.map(step));
      for (const member of batch.filter(({ left }) => left)) {
        members.delete(member);
        await member.sequence.clearHistory().then(member.resolve, member.reject); // no iteration runs: it waits for nothing
      }
    }
    running = false;
  }

  return ({ sequence, input, sampling, signal, take }) => new Promise((resolve, reject) => {
    const seed = sampling.seed ?? randomInt(seeds);
    members.add({ sequence, next: input, sampling, seed, signal, take, left: false, resolve, reject });
    if (!running) void iterate();
  });
}

// step reads what is next of a sequence and draws one token.
async function step(member) {
  try {
    member.signal.throwIfAborted();
    const options = { ...member.sampling, seed: member.seed++ % seeds }; // a sampler is made for each token
    const known = member.next.slice(0, -1), last = member.next.at(-1);
    const outputs = await member.sequence.controlledEvaluate([...known, [last, { generateNext: { token: true, options } }]]);
    const { token } = outputs.at(-1).next;
    member.next = [token];
    member.left = member.take(token);
  } catch (error) {
    member.left = true;
    member.reject(error);
  }
}
