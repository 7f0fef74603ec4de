// Package strictyaml reads YAML files strictly against Go types.
//
// A field that the type does not have, a number without its unit, a name that
// is there twice: each is a Problem with file, line, field, what was expected
// and the nearest right spelling, and up to 20 of them come back at once. What
// one version of YAML reads differently from another, such as a bare 010 or
// yes, is refused.
//
// In go bytes and a type; its json tags name the fields, and its check tags bound
// them (see Rule). Out comes a value, without defaults, or Problems. Rules between
// fields are the caller's: they get a Report that knows where each field stands.
// Start with Read.
package strictyaml
