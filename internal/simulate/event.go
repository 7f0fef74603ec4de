package simulate

// event is something that happens in a home, at the time that is its key in the queue. It is eight bytes, because the
// queue moves events about.
type event struct {
	// subject is the job of completed and killed, the node of nodeIdle and of what else happens to nodes, the instance of most others.
	subject int32
	// run tells the end of a job's current run from that of one that was broken off, and the idle time of a prewarm.
	run  uint16
	kind eventKind
}

type eventKind uint8

const (
	completed  eventKind = iota // a request is done
	killed                      // a request is stopped at the platform's time-out
	ready                       // the instance has started up
	boundary                    // an iteration of the instance's batch ends
	nodeIdle                    // an empty node may be given back
	idleEnd                     // the idle time of the environment may be over
	prewarm                     // an environment is loaded for a request that is expected
	decide                      // a schedule or a target is looked at
	allocated                   // provisioned environments are ready
	startDue                    // the scale-up rate allows another instance
	overdue                     // a request may have waited too long
	nodeNotice                  // the provider wants a node back
	nodeGone                    // the notice ends
	nodeLost                    // a node crashes
	nodeLook                    // the node autoscaler looks
)
