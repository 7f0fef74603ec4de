// A continuous batch, as the servers of production compute it: in iterations, each of which gives every sequence in it one
// token. Sequences come and go between iterations; the prompt of one that came is read in its first.
//
// The library's own completions are not used for this: there, a sequence that was not sampled in time misses the next
// iteration, and one that has ended waits for a lock until none is left in the batch.

// continuousBatch gives a function that generates tokens after an input: it hands each to take, until that returns true or the
// model ends the text, and resolves then. observe gets the number of sequences of every iteration.
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
        await leave(member);
      }
    }
    running = false;
  }

  return ({ sequence, input, sampling, signal, take }) => new Promise((resolve, reject) => {
    members.add({ sequence, tokens: sequence.evaluate(input, sampling), signal, take, left: false, resolve, reject });
    if (!running) void iterate();
  });
}

// step draws the next token of a sequence, for which it reads the one before or the prompt.
async function step(member) {
  try {
    member.signal.throwIfAborted();
    const { value, done } = await member.tokens.next();
    member.left = done || member.take(value);
  } catch (error) {
    member.left = true;
    member.reject(error);
  }
}

// leave makes room in a sequence. No iteration runs meanwhile, so that it waits for nothing.
async function leave({ sequence, tokens, resolve, reject }) {
  try {
    await tokens.return();
    await sequence.clearHistory();
    resolve();
  } catch (error) {
    reject(error);
  }
}
