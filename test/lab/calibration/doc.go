// Package calibration asks the laboratory's real model servers whether a calibrated simulator predicts them: one load is
// measured and calibrated with, another one measured and predicted.
//
// It has tests only. They take minutes, and what they find depends on what else the machine does, so that they run where
// FULCRUM_LAB_CALIBRATION is set; the tests of internal/calibrate have servers whose parameters are known.
package calibration
