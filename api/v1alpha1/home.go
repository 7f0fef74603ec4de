package v1alpha1

// Home is one offer with its scaling settings: at most one of cluster, function and container, to match the offer's kind.
type Home struct {
	// Offer is a catalogue id such as aws/ec2/g6.xlarge, or a prefix that ends in * such as gcp/*.
	Offer string `json:"offer"`
	// PriceClass is on-demand, spot, 1y or 3y. Default: on-demand. With a prefix, every class that the constraints allow.
	PriceClass string `json:"priceClass,omitempty" check:"oneof=on-demand spot 1y 3y"`
	// Region picks one region of the offer. Default: the offer's first.
	Region string `json:"region,omitempty"`
	// Cluster holds the settings of a Kubernetes home.
	Cluster *ClusterHome `json:"cluster,omitempty"`
	// Function holds the settings of a Lambda-like home.
	Function *FunctionHome `json:"function,omitempty"`
	// Container holds the settings of a Cloud-Run-like home.
	Container *ContainerHome `json:"container,omitempty"`
}
