module fulcrum.dev/fulcrum/test/lab

go 1.26.0

replace fulcrum.dev/fulcrum => ../..
