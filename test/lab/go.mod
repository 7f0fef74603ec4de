module fulcrum.dev/fulcrum/test/lab

go 1.26.0

replace fulcrum.dev/fulcrum => ../..

require (
	github.com/gofrs/flock v0.13.2
	github.com/vishvananda/netlink v1.3.1
	golang.org/x/mod v0.43.0
	golang.org/x/sys v0.50.0
)

require github.com/vishvananda/netns v0.0.5 // indirect
