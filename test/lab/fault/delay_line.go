package fault

import (
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// maxPackets is the most that a delay line holds. Further ones are lost, as in a router whose buffer is full.
const maxPackets = 10_000

// maxPacket is the size of the largest IPv4 packet, in bytes.
const maxPacket = 1 << 16

// delayLine reads packets from a device, loses some, and writes the others back when their time has come.
type delayLine struct {
	condition Condition
	within    func(from, to netip.Addr) bool // packets that are passed on as they are; nil is none
	random    *rand.Rand
	free      time.Time // when the link has sent what was given to it

	device  *os.File
	packets chan packet
	group   sync.WaitGroup
	err     error // why writing ended early
}

type packet struct {
	at      time.Time // when it is to be written
	content []byte
}

func newDelayLine(c Condition, within func(from, to netip.Addr) bool) *delayLine {
	return &delayLine{
		condition: c, within: within, random: rand.New(rand.NewPCG(c.Seed, 0)), packets: make(chan packet, 256),
	}
}

// start begins to read and write. The device is closed by stop.
func (l *delayLine) start(device *os.File) {
	l.device = device
	l.group.Go(l.read)
	l.group.Go(l.write)
}

// stop ends both; packets that wait are lost.
func (l *delayLine) stop() error {
	err := l.device.Close()
	l.group.Wait()
	return errors.Join(err, l.err)
}

// read runs until the device is closed.
func (l *delayLine) read() {
	defer close(l.packets)
	buffer := make([]byte, maxPacket)
	for {
		n, err := l.device.Read(buffer)
		if err != nil {
			return // closed; nothing else ends reading from an interface
		}
		if at, pass := l.plan(time.Now(), buffer[:n]); pass {
			l.packets <- packet{at, append([]byte(nil), buffer[:n]...)}
		}
	}
}

// plan says when a packet that comes now is to be passed on, if at all.
func (l *delayLine) plan(now time.Time, content []byte) (at time.Time, pass bool) {
	if l.within != nil {
		if from, to, ok := endpoints(content); ok && l.within(from, to) {
			return now, true
		}
	}
	c := l.condition
	if c.Loss > 0 && l.random.Float64() < c.Loss {
		return time.Time{}, false
	}
	at = now
	if c.Rate > 0 {
		if l.free.Before(now) {
			l.free = now
		}
		l.free = l.free.Add(time.Duration(float64(len(content)) / float64(c.Rate) * float64(time.Second)))
		at = l.free
	}
	at = at.Add(c.Delay)
	if c.Jitter > 0 {
		at = at.Add(time.Duration(l.random.Int64N(int64(c.Jitter))))
	}
	return at, true
}

// endpoints are the source and destination of an IPv4 packet.
func endpoints(content []byte) (from, to netip.Addr, ok bool) {
	if len(content) < 20 || content[0]>>4 != 4 {
		return from, to, false
	}
	return netip.AddrFrom4([4]byte(content[12:16])), netip.AddrFrom4([4]byte(content[16:20])), true
}

// write runs until read has ended.
func (l *delayLine) write() {
	var waiting schedule
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		for len(waiting) > 0 && !waiting[0].at.After(time.Now()) {
			l.pass(heap.Pop(&waiting).(packet))
		}
		if len(waiting) > 0 {
			timer.Reset(time.Until(waiting[0].at))
		}
		select {
		case p, ok := <-l.packets:
			if !ok {
				return
			}
			if len(waiting) < maxPackets {
				heap.Push(&waiting, p)
			}
		case <-timer.C:
		}
	}
}

func (l *delayLine) pass(p packet) {
	// EINVAL is for a packet that is no IPv4: the kernel sends some IPv6 of its own on every interface.
	_, err := l.device.Write(p.content)
	if err != nil && l.err == nil && !errors.Is(err, os.ErrClosed) && !errors.Is(err, syscall.EINVAL) {
		l.err = fmt.Errorf("passing on a packet of %d bytes: %w", len(p.content), err)
	}
}

// schedule is a heap of packets, the next one first.
type schedule []packet

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].at.Before(s[j].at) }
func (s schedule) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(p any)        { *s = append(*s, p.(packet)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	(*s)[len(*s)-1] = packet{} // lets go of the content
	*s = (*s)[:len(*s)-1]
	return last
}
