// Package inference is the Open Inference Protocol, version 2, over gRPC: messages, client and server.
//
// All of it is generated from open_inference_grpc.proto, which names its source. Start with GRPCInferenceServiceClient.
package inference

//go:generate go -C ../../tools run ./protogen ../internal/inference open_inference_grpc.proto
