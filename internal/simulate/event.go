package simulate

// event is something that happens to one instance of a home, at the time that is its key in the queue.
type event struct {
	arrived  int64 // of the request, for completed
	instance int32 // or the node's number, for nodeIdle
	kind     eventKind
}

type eventKind uint8

const (
	completed eventKind = iota // a request of the instance is done
	killed                     // a request of the instance is stopped at the time-out
	ready                      // the instance has started up
	boundary                   // an iteration of the instance's batch ends
	nodeIdle                   // an empty node may be given back
)
