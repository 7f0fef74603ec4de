package kubernetes

import (
	"encoding/json"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// TestSchemaIsStructural: Kubernetes takes the schema of the model as that of a custom resource.
func TestSchemaIsStructural(t *testing.T) {
	var published apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(v1alpha1.OpenAPI(), &published); err != nil {
		t.Fatal(err)
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&published, &internal, nil); err != nil {
		t.Fatal(err)
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		t.Fatal(err)
	}
	if problems := schema.ValidateStructural(nil, structural); len(problems) > 0 {
		t.Error(problems.ToAggregate())
	}
}
