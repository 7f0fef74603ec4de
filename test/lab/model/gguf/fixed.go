package gguf

import "strings"

// Weights that keep some tokens from being generated: the first channel is the same for each token and no layer adds to it, so
// that a weight of it is a bias, which the output layer does not have otherwise.
const (
	constant = 0.5 // the rest of an embedding has a length of 1
	never    = -16 // times what the norm makes of the constant, about 3: no chance against logits of about 1
)

// isSilent is true of the marks, the end of a text among them, and of bytes that are no text by themselves: an answer then has
// as many tokens as it may have, and each is a character.
func isSilent(token int) bool { return token < marks || token >= marks+128 && token < space }

// fixed gives the weights that are not drawn, by row (of the output, or of a token) and column (of the input).
func (t tensor) fixed(row, column int) (weight float32, ok bool) {
	switch {
	case t.name == "token_embd.weight" && column == 0:
		return constant, true
	case row == 0 && (strings.HasSuffix(t.name, ".attn_output.weight") || strings.HasSuffix(t.name, ".ffn_down.weight")):
		return 0, true
	case t.name == "output.weight" && isSilent(row) && column == 0:
		return never, true
	case t.name == "output.weight" && isSilent(row):
		return 0, true
	}
	return 0, false
}
