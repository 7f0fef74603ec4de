package binary

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/modfile"
)

// kubernetesVersion returns linker flags by which the components know their version. A release build sets them too;
// without them an API server calls itself v0.0.0 and clients refuse it.
func kubernetesVersion(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	module, err := modfile.Parse(file, content, nil)
	if err != nil {
		return "", err
	}
	for _, r := range module.Require {
		if r.Mod.Path != "k8s.io/kubernetes" {
			continue
		}
		version := r.Mod.Version
		parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
		if len(parts) != 3 {
			return "", fmt.Errorf("%s: version %q of k8s.io/kubernetes: want vMAJOR.MINOR.PATCH", file, version)
		}
		const variable = " -X k8s.io/component-base/version."
		return "-s -w" + variable + "gitVersion=" + version + variable + "gitMajor=" + parts[0] + variable + "gitMinor=" + parts[1], nil
	}
	return "", fmt.Errorf("%s: k8s.io/kubernetes is not among the requirements", file)
}
