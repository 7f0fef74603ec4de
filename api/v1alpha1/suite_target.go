package v1alpha1

import "strings"

// Target is an endpoint of a model.
type Target struct {
	// Name is a DNS label: lower-case letters, digits and dashes.
	Name string `json:"name"`
	// Group names targets that are compared, such as the model they serve; targets of different groups are not. Default: one
	// group for all.
	Group string `json:"group,omitempty"`
	// URL is where requests go, with the path: http or https, such as http://127.0.0.1:8080/v1/chat/completions, or a
	// function of AWS Lambda: lambda://FUNCTION[/PATH]?region=REGION[&qualifier=QUALIFIER][&endpoint=URL]. With a path its
	// payload is an HTTP event, without one the body itself. With protocol inference also grpc://HOST:PORT, and grpcs with
	// TLS; over HTTP the path is then /v2/models/MODEL/infer if there is none.
	URL string `json:"url"`
	// Protocol is http, openai-chat, openai-completions, openai-embeddings or inference. Default: http.
	Protocol string `json:"protocol,omitempty" check:"oneof=http openai-chat openai-completions openai-embeddings inference"`
	// HTTP is the request with protocol http.
	HTTP *HTTPRequest `json:"http,omitempty"`
	// OpenAI is the request with the openai protocols.
	OpenAI *OpenAIRequest `json:"openai,omitempty"`
	// Inference is the request with protocol inference.
	Inference *InferenceRequest `json:"inference,omitempty"`
	// Lambda says how to invoke the function; only with a lambda URL.
	Lambda *LambdaInvoke `json:"lambda,omitempty"`
	// Headers are added to each request. Credentials belong in bearerFrom.
	Headers map[string]string `json:"headers,omitempty"`
	// BearerFrom is the environment variable that holds the token to send as Authorization: Bearer.
	BearerFrom string `json:"bearerFrom,omitempty"`
	// Auth signs requests, or adds tokens that are renewed. Default: neither.
	Auth *Auth `json:"auth,omitempty"`
	// Connection says how connections are made.
	Connection Connection `json:"connection,omitzero"`
	// Expect is what makes an answer right.
	Expect Expect `json:"expect,omitzero"`
	// InstanceHeader is the header of answers that names the instance which answered, such as X-Served-By. It confirms cold starts
	// by idle: a different one answers then. Default: none.
	InstanceHeader string `json:"instanceHeader,omitempty"`
	// ColdStart is how to force cold starts. Default: none are forced.
	ColdStart *ColdStartMethod `json:"coldStart,omitempty"`
	// KeepAlive measures how long the target stays warm. Default: that of the suite.
	KeepAlive *KeepAliveSearch `json:"keepAlive,omitempty"`
}

// HTTPRequest is a plain request.
type HTTPRequest struct {
	// Method is the HTTP method. Default: POST with a body, and for a function without a path; GET without.
	Method string `json:"method,omitempty" check:"oneof=GET HEAD POST PUT PATCH DELETE"`
	// Body is a Go template with .Sequence, .Input, .Output, .WorkSeconds and .Prompt (words, about one for each token of .Input).
	Body string `json:"body,omitempty"`
	// ContentType is that of the body. Default: application/json.
	ContentType string `json:"contentType,omitempty"`
}

// OpenAIRequest is a request of the OpenAI protocol.
type OpenAIRequest struct {
	// Model is the server's name of the model.
	Model string `json:"model"`
	// Prompt is the text to send. Default: generated, about one word for each token that the load gives, 32 words otherwise.
	Prompt string `json:"prompt,omitempty"`
	// MaxTokens bounds the answer. Default: the tokens that the load gives, 64 otherwise.
	MaxTokens int `json:"maxTokens,omitempty" check:"gte=1,lte=1e6"`
	// Stream asks for tokens as they come (not for embeddings). Default: true.
	Stream *bool `json:"stream,omitempty"`
}

// Connection says how connections are made.
type Connection struct {
	// HTTP is 1.1, 2 (with TLS), or h2c (2 without TLS). Default: 1.1.
	HTTP string `json:"http,omitempty" check:"oneof=1.1 2 h2c"`
	// Fresh makes a new connection for each request. Default: false.
	Fresh bool `json:"fresh,omitempty"`
	// CAFile holds the certificates to trust instead of the system's, relative to the suite file.
	CAFile string `json:"caFile,omitempty"`
	// Insecure accepts any certificate. Default: false.
	Insecure bool `json:"insecure,omitempty"`
}

// Expect is what makes an answer right.
type Expect struct {
	// Status is the expected status. Default: any from 200 to 299.
	Status int `json:"status,omitempty" check:"gte=100,lte=599"`
	// ContentType is the media type that the answer must have, such as application/json. Default: any with protocol http.
	ContentType string `json:"contentType,omitempty"`
	// JSON maps paths in the answer, such as data.0.score, to the expected text; "*" is any non-empty text.
	JSON map[string]string `json:"json,omitempty"`
}

// Scheme is that of the URL: http, https, lambda, grpc or grpcs.
func (t *Target) Scheme() string {
	scheme, _, _ := strings.Cut(t.URL, ":")
	return scheme
}

// IsGRPC reports whether requests travel by gRPC.
func (t *Target) IsGRPC() bool { return t.Scheme() == "grpc" || t.Scheme() == "grpcs" }

// LambdaInvoke says how to invoke a function.
type LambdaInvoke struct {
	// Stream invokes with a response stream, whose parts count as they come. Default: true if the
	// protocol of the payload streams.
	Stream *bool `json:"stream,omitempty"`
}
