# The go command builds and tests everything (CONTRIBUTING.md); this is for what is long to type.

.PHONY: lab
lab: # brings the laboratory up until Ctrl-C
	go -C test/lab run ./cmd/lab up
