// The text of tokens, in parts that are handed on as soon as they are certain.
const halfCharacter = "\ufffd";

// begun is how many characters at the end of a text may be the beginning of a stop.
function begun(text, stops) {
  const lengths = stops.map((stop) => {
    let length = Math.min(stop.length - 1, text.length);
    while (length > 0 && !text.endsWith(stop.slice(0, length))) length--;
    return length;
  });
  return Math.max(0, ...lengths);
}

// textOf takes tokens of a model: add is true when a stop came, which ends the text before it; end gives the whole of it.
export function textOf(model, stops, part) {
  const known = []; // tokens whose text is known
  let open = []; // tokens that are half a character yet
  let held = ""; // text that may be the beginning of a stop
  let whole = "";

  function release(length) {
    const text = held.slice(0, length);
    held = held.slice(length);
    whole += text;
    if (text !== "") part(text);
  }

  return {
    add(token) {
      open.push(token);
      const text = model.detokenize(open, false, known);
      if (text.endsWith(halfCharacter)) return false;
      known.push(...open);
      open = [];
      held += text;
      const places = stops.map((stop) => held.indexOf(stop)).filter((place) => place >= 0);
      if (places.length > 0) {
        release(Math.min(...places));
        held = "";
        return true;
      }
      release(held.length - begun(held, stops));
      return false;
    },
    end() {
      held += model.detokenize(open, false, known);
      release(held.length);
      return whole;
    },
  };
}
