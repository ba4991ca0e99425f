package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// figure is what a closed loop of some clients gave.
type figure struct {
	perSecond      float64
	p50, p99, p999 time.Duration
	count          int
	cpu            time.Duration // of the process that answers, by the call; 0: not measured
}

func (f figure) String() string {
	return fmt.Sprintf("%9.0f/s  p50 %7s  p99 %7s", f.perSecond, f.p50.Round(time.Microsecond), f.p99.Round(time.Microsecond))
}

// loop runs clients that each call once again and again for d, and gathers how long each
// call took. open makes a client's call; it is called once per client.
func loop(clients int, d time.Duration, open func(client int) (once func(i int) error, done func(), err error)) (figure, error) {
	stop := make(chan struct{})
	return loopUntil(clients, stop, open, func() { time.AfterFunc(d, func() { close(stop) }) })
}

// loopAt is loop, with the processor time of the process that answers.
func loopAt(pid, clients int, d time.Duration, open func(client int) (once func(i int) error, done func(), err error)) (figure, error) {
	before, err := cpuOf(pid)
	if err != nil {
		return figure{}, err
	}
	f, err := loop(clients, d, open)
	if err != nil {
		return f, err
	}
	after, err := cpuOf(pid)
	f.cpu = ((after - before) / time.Duration(max(f.count, 1))).Round(10 * time.Nanosecond)
	return f, err
}

// loopUntil is loop until stop is closed; begins are called when the clients are ready.
func loopUntil(
	clients int, stop <-chan struct{}, open func(client int) (once func(i int) error, done func(), err error), begins ...func(),
) (figure, error) {
	var (
		mu       sync.Mutex
		all      []time.Duration
		firstErr error
		wg       sync.WaitGroup
		start    = make(chan struct{})
		ready    sync.WaitGroup
	)
	ready.Add(clients)
	for client := range clients {
		wg.Go(func() {
			once, done, err := open(client)
			ready.Done()
			<-start
			var took []time.Duration
			for i := 0; err == nil && !closed(stop); i++ {
				begin := time.Now()
				err = once(i)
				took = append(took, time.Since(begin))
			}
			if done != nil {
				done()
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			if err != nil && firstErr == nil {
				firstErr = err
			}
		})
	}
	ready.Wait()
	begin := time.Now()
	for _, fn := range begins {
		fn()
	}
	close(start)
	wg.Wait()
	elapsed := time.Since(begin)
	if firstErr != nil {
		return figure{}, firstErr
	}
	slices.Sort(all)
	if len(all) == 0 {
		return figure{}, nil
	}
	return figure{
		perSecond: float64(len(all)) / elapsed.Seconds(),
		p50:       all[len(all)/2], p99: all[len(all)*99/100], p999: all[len(all)*999/1000],
		count: len(all),
	}, nil
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
