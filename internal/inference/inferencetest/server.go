package inferencetest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"fulcrum.dev/fulcrum/internal/inference"
)

// Server answers by both ways, at an address of its own for each.
type Server struct {
	inference.UnimplementedGRPCInferenceServiceServer

	httpAt, grpcAt net.Listener
	http           *http.Server
	grpc           *grpc.Server
	serving        sync.WaitGroup
}

// New listens on loopback and serves until Close. Options are those of the gRPC server, such as credentials.
func New(options ...grpc.ServerOption) (*Server, error) {
	s := &Server{grpc: grpc.NewServer(options...)}
	var err error
	if s.httpAt, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.grpcAt, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/health/live", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /v2/health/ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /v2/models/"+Name+"/infer", s.serveHTTP)
	mux.HandleFunc("POST /v2/models/"+Name+"/versions/"+Version+"/infer", s.serveHTTP)
	s.http = &http.Server{Handler: mux}
	inference.RegisterGRPCInferenceServiceServer(s.grpc, s)
	s.serving.Go(func() { _ = s.http.Serve(s.httpAt) }) // both end with Close
	s.serving.Go(func() { _ = s.grpc.Serve(s.grpcAt) })
	return s, nil
}

// Close ends connections and waits until nothing serves any more.
func (s *Server) Close() {
	_ = s.http.Close()
	s.grpc.Stop()
	s.serving.Wait()
}

// HTTP is the address of the HTTP server, GRPC that of the other, each as host:port.
func (s *Server) HTTP() string { return s.httpAt.Addr().String() }

// GRPC is the address of the gRPC server.
func (s *Server) GRPC() string { return s.grpcAt.Addr().String() }

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	type tensor struct {
		Name     string    `json:"name"`
		Datatype string    `json:"datatype"`
		Shape    []int64   `json:"shape"`
		Data     []float32 `json:"data"`
	}
	var ask struct {
		ID     string   `json:"id"`
		Inputs []tensor `json:"inputs"`
	}
	w.Header().Set("Content-Type", "application/json")
	fail := func(err error) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<20)).Decode(&ask); err != nil {
		fail(err)
		return
	}
	if len(ask.Inputs) != 1 || ask.Inputs[0].Name != "x" || ask.Inputs[0].Datatype != "FP32" {
		fail(errInput)
		return
	}
	y, err := Apply(ask.Inputs[0].Data, ask.Inputs[0].Shape)
	if err != nil {
		fail(err)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
		"model_name": Name, "model_version": Version, "id": ask.ID,
		"outputs": []tensor{{Name: "y", Datatype: "FP32", Shape: []int64{ask.Inputs[0].Shape[0], scores}, Data: y}},
	})
}

var errInput = fmt.Errorf("expected one input, x, of FP32")

// ModelInfer takes an input as contents or raw, and answers raw.
func (s *Server) ModelInfer(_ context.Context, q *inference.ModelInferRequest) (*inference.ModelInferResponse, error) {
	if err := known(q.GetModelName(), q.GetModelVersion()); err != nil {
		return nil, err
	}
	if len(q.GetInputs()) != 1 || q.GetInputs()[0].GetName() != "x" || q.GetInputs()[0].GetDatatype() != "FP32" {
		return nil, status.Error(codes.InvalidArgument, errInput.Error())
	}
	in := q.GetInputs()[0]
	x := in.GetContents().GetFp32Contents()
	if raw := q.GetRawInputContents(); len(raw) == 1 {
		for b := raw[0]; len(b) >= 4; b = b[4:] {
			x = append(x, math.Float32frombits(binary.LittleEndian.Uint32(b)))
		}
	}
	y, err := Apply(x, in.GetShape())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	var raw []byte
	for _, v := range y {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return &inference.ModelInferResponse{
		ModelName: Name, ModelVersion: Version, Id: q.GetId(), RawOutputContents: [][]byte{raw},
		Outputs: []*inference.ModelInferResponse_InferOutputTensor{{Name: "y", Datatype: "FP32", Shape: []int64{in.GetShape()[0], scores}}},
	}, nil
}

func known(name, version string) error {
	if name != Name || version != "" && version != Version {
		return status.Errorf(codes.NotFound, "there is no model %s in version %q", name, version)
	}
	return nil
}

// ServerLive says that the server is there.
func (s *Server) ServerLive(context.Context, *inference.ServerLiveRequest) (*inference.ServerLiveResponse, error) {
	return &inference.ServerLiveResponse{Live: true}, nil
}

// ServerReady says that it can be asked.
func (s *Server) ServerReady(context.Context, *inference.ServerReadyRequest) (*inference.ServerReadyResponse, error) {
	return &inference.ServerReadyResponse{Ready: true}, nil
}

// ModelReady says whether the model is there.
func (s *Server) ModelReady(_ context.Context, q *inference.ModelReadyRequest) (*inference.ModelReadyResponse, error) {
	return &inference.ModelReadyResponse{Ready: known(q.GetName(), q.GetVersion()) == nil}, nil
}

// ModelMetadata describes the model.
func (s *Server) ModelMetadata(_ context.Context, q *inference.ModelMetadataRequest) (*inference.ModelMetadataResponse, error) {
	if err := known(q.GetName(), q.GetVersion()); err != nil {
		return nil, err
	}
	type tensor = inference.ModelMetadataResponse_TensorMetadata
	return &inference.ModelMetadataResponse{
		Name: Name, Versions: []string{Version}, Platform: "fulcrum_linear",
		Inputs:  []*tensor{{Name: "x", Datatype: "FP32", Shape: []int64{-1, features}}},
		Outputs: []*tensor{{Name: "y", Datatype: "FP32", Shape: []int64{-1, scores}}},
	}, nil
}
