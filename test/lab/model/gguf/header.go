package gguf

import "fmt"

// The vocabulary: three marks, one token for each byte, so that any text is tokens, and one for what stands for a space.
const (
	unknown    = 0
	begin      = 1
	end        = 2
	marks      = 3
	space      = marks + 256
	vocabulary = space + 1
)

// Token types of llama.cpp.
const (
	tokenNormal  int32 = 1
	tokenUnknown int32 = 2
	tokenControl int32 = 3
	tokenByte    int32 = 6
)

// tensor is a matrix, or the vector of a norm in 32 bits.
type tensor struct {
	name       string
	dimensions []int
	norm       bool
}

func (t tensor) elements() int {
	n := 1
	for _, d := range t.dimensions {
		n *= d
	}
	return n
}

// size in bytes, aligned.
func (t tensor) size() uint64 {
	bytes := 2 * t.elements()
	if t.norm {
		bytes *= 2
	}
	return uint64((bytes + alignment - 1) / alignment * alignment)
}

// tensors of the Llama architecture, as llama.cpp names them.
func (s Shape) tensors() []tensor {
	d, kv := s.Embedding, s.Embedding/s.Heads*s.KVHeads
	all := []tensor{{"token_embd.weight", []int{d, vocabulary}, false}}
	for i := range s.Layers {
		block := fmt.Sprintf("blk.%d.", i)
		all = append(
			all,
			tensor{block + "attn_norm.weight", []int{d}, true},
			tensor{block + "attn_q.weight", []int{d, d}, false},
			tensor{block + "attn_k.weight", []int{d, kv}, false},
			tensor{block + "attn_v.weight", []int{d, kv}, false},
			tensor{block + "attn_output.weight", []int{d, d}, false},
			tensor{block + "ffn_norm.weight", []int{d}, true},
			tensor{block + "ffn_gate.weight", []int{d, s.FeedForward}, false},
			tensor{block + "ffn_up.weight", []int{d, s.FeedForward}, false},
			tensor{block + "ffn_down.weight", []int{s.FeedForward, d}, false},
		)
	}
	return append(all, tensor{"output_norm.weight", []int{d}, true}, tensor{"output.weight", []int{d, vocabulary}, false})
}

// header writes everything before the weights.
func (e *encoder) header(s Shape, tensors []tensor) {
	const entries = 20
	e.bytes([]byte("GGUF"))
	e.number(uint32(3))
	e.number(uint64(len(tensors)))
	e.number(uint64(entries))
	e.text("general.architecture", "llama")
	e.text("general.name", "random")
	e.uint("general.file_type", 1) // mostly 16-bit floats
	e.uint("general.alignment", alignment)
	e.uint("llama.context_length", s.Context)
	e.uint("llama.embedding_length", s.Embedding)
	e.uint("llama.block_count", s.Layers)
	e.uint("llama.feed_forward_length", s.FeedForward)
	e.uint("llama.attention.head_count", s.Heads)
	e.uint("llama.attention.head_count_kv", s.KVHeads)
	e.float("llama.attention.layer_norm_rms_epsilon", 1e-5)
	e.uint("llama.rope.dimension_count", s.Embedding/s.Heads)
	e.uint("llama.vocab_size", vocabulary)
	e.tokens()
	var offset uint64
	for _, t := range tensors {
		e.string(t.name)
		e.number(uint32(len(t.dimensions)))
		for _, d := range t.dimensions {
			e.number(uint64(d))
		}
		kind := uint32(1) // 16-bit floats
		if t.norm {
			kind = 0 // 32-bit floats
		}
		e.number(kind)
		e.number(offset)
		offset += t.size()
	}
	e.align()
}

// tokens writes the seven entries of the vocabulary.
func (e *encoder) tokens() {
	e.text("tokenizer.ggml.model", "llama")
	e.array("tokenizer.ggml.tokens", typeString, vocabulary)
	for _, mark := range []string{"<unk>", "<s>", "</s>"} {
		e.string(mark)
	}
	for b := range 256 {
		e.string(fmt.Sprintf("<0x%02X>", b))
	}
	e.string("\u2581")
	e.array("tokenizer.ggml.scores", typeFloat32, vocabulary)
	for range vocabulary {
		e.number(float32(0))
	}
	e.array("tokenizer.ggml.token_type", typeInt32, vocabulary)
	for i := range vocabulary {
		switch {
		case i == unknown:
			e.number(tokenUnknown)
		case i < marks:
			e.number(tokenControl)
		case i == space:
			e.number(tokenNormal)
		default:
			e.number(tokenByte)
		}
	}
	e.uint("tokenizer.ggml.bos_token_id", begin)
	e.uint("tokenizer.ggml.eos_token_id", end)
	e.bool("tokenizer.ggml.add_bos_token", true)
}
