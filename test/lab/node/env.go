package node

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// An environment resolves what a container's variables and files refer to.
type environment struct {
	client      kubernetes.Interface
	pod         *corev1.Pod // with its addresses in the status
	allocatable corev1.ResourceList
}

// variables keep their order, and the last value of each name.
type variables struct {
	names  []string
	values map[string]string
}

func (v *variables) set(name, value string) {
	if v.values == nil {
		v.values = map[string]string{}
	}
	if _, known := v.values[name]; !known {
		v.names = append(v.names, name)
	}
	v.values[name] = value
}

func (v *variables) setAll(list []string) {
	for _, pair := range list {
		if name, value, ok := strings.Cut(pair, "="); ok {
			v.set(name, value)
		}
	}
}

func (v *variables) list() []string {
	list := make([]string, 0, len(v.names))
	for _, name := range v.names {
		list = append(list, name+"="+v.values[name])
	}
	return list
}

// add puts a container's own variables in: envFrom first, then env, which may refer to those before as $(NAME).
func (e environment) add(ctx context.Context, c *corev1.Container, v *variables) error {
	for _, source := range c.EnvFrom {
		if err := e.addFrom(ctx, source, v); err != nil {
			return err
		}
	}
	for _, variable := range c.Env {
		if variable.ValueFrom == nil {
			v.set(variable.Name, expand(variable.Value, v.values))
			continue
		}
		value, found, err := e.value(ctx, c, variable.ValueFrom)
		if err != nil {
			return err
		}
		if found {
			v.set(variable.Name, value)
		}
	}
	return nil
}

func (e environment) addFrom(ctx context.Context, source corev1.EnvFromSource, v *variables) error {
	var (
		data     map[string][]byte
		err      error
		optional *bool
	)
	switch {
	case source.ConfigMapRef != nil:
		data, err = e.configMap(ctx, source.ConfigMapRef.Name)
		optional = source.ConfigMapRef.Optional
	case source.SecretRef != nil:
		data, err = e.secret(ctx, source.SecretRef.Name)
		optional = source.SecretRef.Optional
	}
	if err != nil && !forgiven(err, optional) {
		return err
	}
	for _, name := range sortedKeys(data) {
		v.set(source.Prefix+name, string(data[name]))
	}
	return nil
}

// value returns what a variable refers to, and whether it is there: an optional one may not be.
func (e environment) value(ctx context.Context, c *corev1.Container, source *corev1.EnvVarSource) (string, bool, error) {
	switch {
	case source.FieldRef != nil:
		value, err := e.field(source.FieldRef.FieldPath)
		return value, true, err
	case source.ResourceFieldRef != nil:
		value, err := e.resource(c, source.ResourceFieldRef)
		return value, true, err
	case source.ConfigMapKeyRef != nil:
		ref := source.ConfigMapKeyRef
		data, err := e.configMap(ctx, ref.Name)
		return pick(data, err, "ConfigMap "+e.pod.Namespace+"/"+ref.Name, ref.Key, ref.Optional)
	case source.SecretKeyRef != nil:
		ref := source.SecretKeyRef
		data, err := e.secret(ctx, ref.Name)
		return pick(data, err, "Secret "+e.pod.Namespace+"/"+ref.Name, ref.Key, ref.Optional)
	}
	return "", false, fmt.Errorf("valueFrom: expected fieldRef, resourceFieldRef, configMapKeyRef or secretKeyRef")
}

func pick(data map[string][]byte, err error, where, key string, optional *bool) (string, bool, error) {
	if forgiven(err, optional) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	value, found := data[key]
	if !found && (optional == nil || !*optional) {
		return "", false, fmt.Errorf("couldn't find key %s in %s", key, where)
	}
	return string(value), found, nil
}

// forgiven says that a reference may lead nowhere.
func forgiven(err error, optional *bool) bool {
	return err != nil && optional != nil && *optional && apierrors.IsNotFound(err)
}

func (e environment) configMap(ctx context.Context, name string) (map[string][]byte, error) {
	object, err := e.client.CoreV1().ConfigMaps(e.pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	data := make(map[string][]byte, len(object.Data)+len(object.BinaryData))
	for key, value := range object.Data {
		data[key] = []byte(value)
	}
	maps.Copy(data, object.BinaryData)
	return data, nil
}

func (e environment) secret(ctx context.Context, name string) (map[string][]byte, error) {
	object, err := e.client.CoreV1().Secrets(e.pod.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	return object.Data, nil
}

// expand replaces $(NAME) by the variable's value. An unknown one stays, and $$ stands for $.
func expand(text string, values map[string]string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "$")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		text = rest
		name, after, closed := strings.Cut(strings.TrimPrefix(rest, "("), ")")
		switch value, known := values[name]; {
		case strings.HasPrefix(rest, "$"):
			out.WriteByte('$')
			text = rest[1:]
		case strings.HasPrefix(rest, "(") && closed && known:
			out.WriteString(value)
			text = after
		default:
			out.WriteByte('$')
		}
	}
}

func expandAll(list []string, values map[string]string) []string {
	expanded := make([]string, len(list))
	for i, text := range list {
		expanded[i] = expand(text, values)
	}
	return expanded
}

// addServices puts in the variables by which containers find the services of their namespace
// (FOO_SERVICE_HOST), and those of the API server.
func (e environment) addServices(ctx context.Context, v *variables) error {
	namespaces := []string{metav1.NamespaceDefault}
	if e.pod.Spec.EnableServiceLinks == nil || *e.pod.Spec.EnableServiceLinks {
		namespaces = append(namespaces, e.pod.Namespace)
	}
	for i, namespace := range namespaces {
		list, err := e.client.CoreV1().Services(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, service := range list.Items {
			if i > 0 || service.Name == "kubernetes" {
				addService(&service, v)
			}
		}
	}
	return nil
}

func addService(service *corev1.Service, v *variables) {
	if service.Spec.ClusterIP == "" || service.Spec.ClusterIP == corev1.ClusterIPNone || len(service.Spec.Ports) == 0 {
		return
	}
	prefix := strings.ToUpper(strings.ReplaceAll(service.Name, "-", "_")) + "_SERVICE_"
	v.set(prefix+"HOST", service.Spec.ClusterIP)
	v.set(prefix+"PORT", strconv.Itoa(int(service.Spec.Ports[0].Port)))
	for _, port := range service.Spec.Ports {
		if port.Name != "" {
			v.set(prefix+"PORT_"+strings.ToUpper(strings.ReplaceAll(port.Name, "-", "_")), strconv.Itoa(int(port.Port)))
		}
	}
}
