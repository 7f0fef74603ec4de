package architecture

// Module is the module path that the rows are relative to.
const Module = "fulcrum.dev/fulcrum"

// A Row is one package of the house and what it may do.
type Row struct {
	// Dir is the folder, relative to the root of the module, with slashes.
	Dir string

	// Pure packages use no wall clock, network, files, processes, environment,
	// logs or global random source: equal input gives equal output.
	// They import only pure packages of this module.
	Pure bool

	// Formatless packages, and all packages of this module that they depend on,
	// import nothing that reads or writes a file format.
	Formatless bool
}

// House returns the table of packages in import order: a package may import
// the packages of the rows above its own, and no others of this module.
func House() []Row {
	return []Row{
		{Dir: "internal/longtest"},
		{Dir: "internal/duration", Pure: true},
		{Dir: "api/unit", Pure: true},
		{Dir: "internal/random", Pure: true},
		{Dir: "internal/stats", Pure: true},
		{Dir: "internal/strictyaml", Pure: true},
		{Dir: "internal/strictyaml/schematest"},
		{Dir: "api/v1alpha1", Pure: true},
		{Dir: "internal/distribution", Pure: true},
		{Dir: "internal/modelfile", Pure: true},
		{Dir: "internal/suitefile", Pure: true},
		{Dir: "internal/workload", Pure: true, Formatless: true},
		{Dir: "internal/workload/workloadtest"},
		{Dir: "internal/workload/rows", Pure: true},
		{Dir: "internal/workload/sizes", Pure: true},
		{Dir: "internal/workload/generate", Pure: true},
		{Dir: "internal/workload/trace", Pure: true},
		{Dir: "internal/workload/traffic", Pure: true},
		{Dir: "internal/policy/policytest"},
		{Dir: "internal/policy/hpa", Pure: true},
		{Dir: "internal/policy/keda", Pure: true},
		{Dir: "internal/policy/kpa", Pure: true},
		{Dir: "internal/policy/node", Pure: true},
		{Dir: "internal/policy/scale", Pure: true},
		{Dir: "internal/policy/baseline", Pure: true},
		{Dir: "internal/policy/route", Pure: true},
		{Dir: "internal/home", Pure: true},
		{Dir: "internal/catalog", Pure: true},
		{Dir: "internal/arrange", Pure: true},
		{Dir: "internal/billing", Pure: true},
		{Dir: "internal/record", Pure: true},
		{Dir: "internal/analysis", Pure: true},
		{Dir: "internal/oracle", Pure: true},
		{Dir: "internal/simulate", Pure: true, Formatless: true},
		{Dir: "internal/fidelity", Pure: true},
		{Dir: "internal/calibrate", Pure: true},
		{Dir: "internal/plan", Pure: true},
		{Dir: "internal/experiment", Pure: true},
		{Dir: "internal/inference"},
		{Dir: "internal/inference/inferencetest"},
		{Dir: "internal/coldstart"},
		{Dir: "internal/bench/benchtest"},
		{Dir: "internal/bench/wire"},
		{Dir: "internal/bench/target"},
		{Dir: "internal/bench"},
		{Dir: "internal/bench/selftest"},
		{Dir: "internal/report", Pure: true},
		{Dir: "internal/architecture", Pure: true},
		{Dir: "cmd/fulcrum"},
	}
}
