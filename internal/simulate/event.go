package simulate

// event is something that happens in a home, at the time that is its key in the queue. It is eight bytes, because the
// queue moves events about.
type event struct {
	// subject is the job of completed and killed, the node of nodeIdle, the instance of the others.
	subject int32
	// run tells the end of a job's current run from that of one that was broken off.
	run  uint16
	kind eventKind
}

type eventKind uint8

const (
	completed eventKind = iota // a request is done
	killed                     // a request is stopped at the platform's time-out
	ready                      // the instance has started up
	boundary                   // an iteration of the instance's batch ends
	nodeIdle                   // an empty node may be given back
)
