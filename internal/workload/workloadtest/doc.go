// Package workloadtest helps to test workloads: it draws records and windows,
// reads workloads while it checks what each of them promises, and compares.
//
// In go Workloads; out come their requests, or a failed test. Start with ReadAll.
package workloadtest
