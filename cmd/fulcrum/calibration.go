package main

import (
	"fmt"
	"os"
	"path/filepath"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// calibrations finds the calibration of a model: the one of the flag, else the one that the file names, relative to it.
type calibrations struct{ model, flag string }

func (c calibrations) find(named string) (*v1alpha1.Calibration, error) {
	switch {
	case c.flag != "":
		found, err := readCalibration(c.flag)
		if err != nil {
			return nil, fmt.Errorf("--calibration: %w", err)
		}
		return found, nil
	case named == "":
		return nil, nil
	case !filepath.IsAbs(named):
		named = filepath.Join(filepath.Dir(c.model), named)
	}
	found, err := readCalibration(named)
	if err != nil {
		return nil, fmt.Errorf("%s: spec.service.calibration: %w", c.model, err)
	}
	return found, nil
}

func readCalibration(path string) (*v1alpha1.Calibration, error) {
	if isFolder(path) {
		return nil, fmt.Errorf("%s: expected a file that fulcrum calibrate -o wrote, got a folder", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modelfile.LoadCalibration(path, data)
}
