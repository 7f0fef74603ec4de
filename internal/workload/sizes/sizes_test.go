package sizes

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

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
		if got := Tokens(test.draw); got != test.want {
			t.Errorf("Tokens(%g) = %d, want %d", test.draw, got, test.want)
		}
	}
	for _, test := range []struct {
		draw float64
		want time.Duration
	}{{math.NaN(), 0}, {-1, 0}, {0.5, time.Second / 2}, {math.Inf(1), workload.MaxWork}} {
		if got := Work(test.draw); got != test.want {
			t.Errorf("Work(%g) = %s, want %s", test.draw, got, test.want)
		}
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
			_, err := openSizeTable(workloadtest.Texts{"s.csv": test.text}.Open, "s.csv")
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "sizes file s.csv: ") {
				t.Errorf("error = %v, want %q with the file's name", err, test.want)
			}
		})
	}
	if _, err := openSizeTable(workloadtest.Texts(nil).Open, "absent.csv"); err == nil {
		t.Error("a file that is not there was read")
	}
	if _, err := openSizeTable(nil, "s.csv"); err == nil {
		t.Error("a file was read without an opener")
	}
	huge := v1alpha1.Sizes{Work: &v1alpha1.DurationDistribution{Mean: unit.Duration(31 * 24 * time.Hour)}}
	if _, err := New(nil, huge); err == nil || !strings.Contains(err.Error(), "sizes.work: expected a service time of at most 30d") {
		t.Errorf("31 days of work: %v", err)
	}
	if _, err := New(nil, v1alpha1.Sizes{Output: &v1alpha1.CountDistribution{Mean: 3e9}}); err == nil {
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
		if len(table.rows) == 0 || table.has == (Fields{}) {
			t.Fatalf("accepted %q without sizes", data)
		}
		r := rand.New(rand.NewPCG(1, 1))
		for range 10 {
			var q workload.Request
			table.fill(r, &q)
			if q.Work < 0 || q.Work > workload.MaxWork || table.has.Input != (q.Input > 0) || table.has.Output != (q.Output > 0) {
				t.Fatalf("drew %+v from %q", q, data)
			}
		}
	})
}
