// Package timeline records how a real HorizontalPodAutoscaler scales a Deployment, and replays the record through the
// simulator's: hpa.Spec of policy/hpa.
//
// A namespace goes into a [Recorder], which notes everything that happens around its one HPA: what the metrics API
// answered, the replicas asked for, and each pod from its creation to its first answer and its end. [Write] keeps the
// events in a file, a JSON object per line; [Read] reads it. [Replay] gives the policy what the real controller saw at
// each of its syncs, and so says whether the decisions are the same ones; [Rerun] lets the policy look at its own times,
// as a simulation does, and so says whether they come at the same time.
//
// Start with Replay.
package timeline
