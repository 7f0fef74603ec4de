package main

import "net/netip"

// Addresses inside. Nothing else is in this network, so that those which a suite names (peers.yaml) are always the same.
const (
	encoderAddress          = "10.96.0.80" // of the Services: from the part of their range that is never handed out by itself
	llamaAddress            = "10.96.0.81"
	lambdaAddress           = "127.0.0.1:9001"
	encoderContainerAddress = "127.0.0.1:8081"
	llamaContainerAddress   = "127.0.0.1:8082"
	encoderAdminAddress     = "127.0.0.1:8091" // of the Admin API of the containers
	llamaAdminAddress       = "127.0.0.1:8092"
	metadataAddress         = "127.0.0.1:8090" // of the metadata server that gives tokens for containers
	offlineLambdaPort       = 3002             // of serverless-offline, as it has them by itself
	offlineHTTPPort         = 3000
)

// metricsAddress is a machine of the sandbox.
var metricsAddress = netip.MustParseAddr("10.240.0.9")
