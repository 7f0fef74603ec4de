package v1alpha1

// InferenceRequest is a request of the Open Inference Protocol, version 2 (V2, KServe, Triton).
type InferenceRequest struct {
	// Model is the server's name of the model.
	Model string `json:"model"`
	// Version is the model version. Default: the server's choice.
	Version string `json:"version,omitempty"`
	// Inputs are the tensors to send.
	Inputs []InferenceTensor `json:"inputs"`
}

// InferenceTensor is an input.
type InferenceTensor struct {
	// Name is the model's name of the input.
	Name string `json:"name"`
	// Datatype is the type of the elements. The 16-bit floats cannot be sent, because JSON has no form for them.
	Datatype string `json:"datatype" check:"oneof=BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP32 FP64 BYTES"`
	// Shape is the size of each dimension. At most one may be -1: as many as the load has input tokens, 32 otherwise.
	Shape []int64 `json:"shape" check:"gte=-1"`
	// Data is a JSON array of the elements, not nested, such as [5.1, 3.5]: a Go template with .Sequence, .Input, .Output,
	// .WorkSeconds and .Prompt. Default: generated; for BYTES, the prompt.
	Data string `json:"data,omitempty"`
}
