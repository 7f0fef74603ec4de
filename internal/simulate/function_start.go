package simulate

// boot is how long a cold start takes, in ns; inCall of it runs inside the first call and counts against its time-out.
type boot struct{ total, inCall int64 }

// coldStart makes an environment for one request.
// The environment counts as serving at once because only its own request can use it until then.
func (f *function) coldStart(now int64) (int32, boot) {
	i := f.create(now)
	f.serve(i, now)
	return i, f.boot()
}

// create asks for an environment.
func (f *function) create(now int64) int32 {
	i := f.add(now)
	if f.plain {
		return i
	}
	f.idle.created(i)
	f.keep.created(i)
	return i
}

// boot draws a cold start and bills it.
func (f *function) boot() boot {
	if f.Init == nil {
		return boot{}
	}
	b := boot{total: draw(f.Init, f.startUps)}
	if f.Snapshot {
		f.metered.Restores++
		return b
	}
	if limit := int64(f.InitLimit); limit > 0 && b.total > limit {
		// It is stopped at the limit, then run again inside the first call, which ends at the time-out.
		b.inCall = b.total
		if f.Timeout > 0 {
			b.inCall = min(b.inCall, int64(f.Timeout))
		}
		b.total = limit + b.inCall
	}
	f.metered.RunTime += f.billed(b.total)
	return b
}
