package workload

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

func TestDrawnSizesHaveTheirMeans(t *testing.T) {
	g := poisson(100, time.Hour)
	g.Sizes = v1alpha1.Sizes{
		Input:  &v1alpha1.CountDistribution{P50: 800, P99: 8000},
		Output: &v1alpha1.CountDistribution{Mean: 200, CV: 1, Shape: "gamma"},
		Work:   &v1alpha1.DurationDistribution{Mean: unit.Duration(2 * time.Second), CV: 0.5},
	}
	w := must(Generate(nil, g, 1))(t)
	if info := w.Info(); !info.HasTokens || !info.HasWork || info.Name != "generated" || info.Format != "generator" || info.Span != time.Hour {
		t.Errorf("info = %+v", info)
	}
	var n, output, work, below float64
	eachRequest(t, w, func(q Request) {
		n++
		output += float64(q.Output)
		work += q.Work.Seconds()
		if q.Input < 1 || q.Output < 1 || q.Work < 0 {
			t.Fatalf("request %+v asks for nothing", q)
		}
		if q.Input <= 800 {
			below++
		}
	})
	near(t, "mean output", output/n, 200, 5*200/math.Sqrt(n))
	near(t, "mean work", work/n, 2, 5/math.Sqrt(n))
	near(t, "share of inputs up to the median", below/n, 0.5, 0.01)
}

func TestTokensAreBounded(t *testing.T) {
	for _, test := range []struct {
		draw float64
		want int32
	}{
		{math.NaN(), 1},
		{-3, 1},
		{0, 1},
		{0.4, 1},
		{1.5, 2},
		{7.4, 7},
		{1e300, math.MaxInt32},
		{math.Inf(1), math.MaxInt32},
		{math.MaxInt32 - 0.4, math.MaxInt32},
	} {
		if got := tokens(test.draw); got != test.want {
			t.Errorf("tokens(%g) = %d, want %d", test.draw, got, test.want)
		}
	}
	for _, test := range []struct {
		draw float64
		want time.Duration
	}{{math.NaN(), 0}, {-1, 0}, {0.5, time.Second / 2}, {math.Inf(1), maxDrawnWork}} {
		if got := workTime(test.draw); got != test.want {
			t.Errorf("workTime(%g) = %s, want %s", test.draw, got, test.want)
		}
	}
}

func TestSizesFromAFileAreDrawnByRow(t *testing.T) {
	open := files(map[string]string{"sizes.csv": "id,input, output ,work_s\na,10,100,0.5\nb,20,200,1\nc,0,300,2.5\n"})
	g := poisson(100, 100*time.Second)
	g.Sizes.File = "sizes.csv"
	w := must(Generate(open, g, 1))(t)
	if info := w.Info(); !info.HasTokens || !info.HasWork {
		t.Errorf("info = %+v", info)
	}
	rows := map[Request]float64{}
	eachRequest(t, w, func(q Request) {
		q.At = 0
		rows[q]++
	})
	total := 0.0
	for _, row := range []Request{
		{Input: 10, Output: 100, Work: time.Second / 2},
		{Input: 20, Output: 200, Work: time.Second},
		{Input: 1, Output: 300, Work: 2500 * time.Millisecond},
	} {
		near(t, "requests with a row", rows[row], 10000/3.0, 5*math.Sqrt(10000/3.0))
		total += rows[row]
		delete(rows, row)
	}
	if len(rows) > 0 {
		t.Errorf("sizes that are no row: %v", rows)
	}
}

func TestSizesFileAndDistributionsComplement(t *testing.T) {
	open := files(map[string]string{"s.csv": "input\n7\n"})
	g := poisson(10, time.Second)
	g.Sizes = v1alpha1.Sizes{File: "s.csv", Output: &v1alpha1.CountDistribution{Mean: 9}}
	for _, q := range readAll(t, must(Generate(open, g, 1))(t), 100) {
		if q.Input != 7 || q.Output != 9 || q.Work != 0 {
			t.Fatalf("request = %+v", q)
		}
	}
	g.Sizes.Input = &v1alpha1.CountDistribution{Mean: 9}
	if _, err := Generate(open, g, 1); err == nil || !strings.Contains(err.Error(), "leave one of them out") {
		t.Errorf("a file and a distribution for the same size: %v", err)
	}
}

func TestSizesRefuse(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"no column", "a,b\n1,2\n", `line 1: expected a header with input, output or work_s, got "a,b"`},
		{"twice", "input,input\n1,2\n", "line 1: column input is there twice"},
		{"no rows", "input\n", "a header without rows"},
		{"negative", "input\n1\n-2\n", `line 3, column 1: input: expected a whole number of tokens from 0 to 2147483647, got "-2"`},
		{"too many tokens", "output\n2147483648\n", "line 2, column 1: output:"},
		{"fraction of a token", "output\n1.5\n", "line 2, column 1: output:"},
		{"NaN", "input,work_s\n1,NaN\n", `line 2, column 3: work_s: expected seconds from 0 to 2.592e+06, got "NaN"`},
		{"infinite", "work_s\n1e999\n", "work_s:"},
		{"too few fields", "input,output\n1\n", "line 2: wrong number of fields"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := openSizeTable(files(map[string]string{"s.csv": test.text}), "s.csv")
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "sizes file s.csv: ") {
				t.Errorf("error = %v, want %q with the file's name", err, test.want)
			}
		})
	}
	if _, err := openSizeTable(files(nil), "absent.csv"); err == nil {
		t.Error("a file that is not there was read")
	}
	if _, err := openSizeTable(nil, "s.csv"); err == nil {
		t.Error("a file was read without an opener")
	}
	huge := v1alpha1.Sizes{Work: &v1alpha1.DurationDistribution{Mean: unit.Duration(31 * 24 * time.Hour)}}
	if _, err := newSizer(nil, huge); err == nil || !strings.Contains(err.Error(), "sizes.work: expected a service time of at most 30d") {
		t.Errorf("31 days of work: %v", err)
	}
	if _, err := newSizer(nil, v1alpha1.Sizes{Output: &v1alpha1.CountDistribution{Mean: 3e9}}); err == nil {
		t.Error("more tokens than a number holds were accepted")
	}
}

func FuzzSizeTable(f *testing.F) {
	for _, seed := range []string{
		"input,output,work_s\n1,2,0.5\n", "\ufeffinput\n1\n", "work_s\n1e9\n", "input\n\"1\n2\"\n", "output,x\n0,\n", ",,\n", "input\r\n5\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := readSizeTable(strings.NewReader(string(data)))
		if err != nil {
			return
		}
		if len(table.rows) == 0 || table.has == (sizeColumns{}) {
			t.Fatalf("accepted %q without sizes", data)
		}
		r := rand.New(rand.NewPCG(1, 1))
		for range 10 {
			var q Request
			table.fill(r, &q)
			if q.Work < 0 || q.Work > maxDrawnWork || table.has.input != (q.Input > 0) || table.has.output != (q.Output > 0) {
				t.Fatalf("drew %+v from %q", q, data)
			}
		}
	})
}
