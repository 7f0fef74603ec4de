package await

import (
	"context"
	"errors"
	"testing"
)

func TestSuccessTriesAgain(t *testing.T) {
	tries := 0
	Success(t, "a third try", func(context.Context) error {
		if tries++; tries < 3 {
			return errors.New("again")
		}
		return nil
	})
	Condition(t, "a fifth try", func() bool { tries++; return tries >= 5 })
	if tries != 5 {
		t.Errorf("%d tries, want 5", tries)
	}
}
