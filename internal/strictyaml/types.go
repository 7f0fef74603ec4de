package strictyaml

import "reflect"

// TypesOf returns the structs that a type is made of.
func TypesOf(t reflect.Type) map[reflect.Type]bool {
	found := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || !HasFields(t) || found[t] {
			return
		}
		found[t] = true
		for field := range t.Fields() {
			visit(field.Type)
		}
	}
	visit(t)
	return found
}
