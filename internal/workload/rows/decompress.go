package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow bounds the memory of a zstd decoder. It holds everything that
// zstd writes without --long or --ultra, which reach 8 MiB.
const maxZstdWindow = 64 << 20

// sniffed is the size of the buffer that magic bytes are looked for in.
const sniffed = 64 << 10

// compression is how a file is packed.
type compression string

const (
	plainText compression = "plain"
	gzipped   compression = "gzip"
	zstandard compression = "zstd"
)

var foreignArchives = []struct {
	magic      string
	name, tool string
}{
	{"BZh", "bzip2", "bunzip2"},
	{"\xfd7zXZ\x00", "xz", "unxz"},
	{"PK\x03\x04", "zip", "unzip"},
	{"Rar!", "rar", "unrar"},
	{"7z\xbc\xaf\x27\x1c", "7z", "7z x"},
	{"\x04\x22\x4d\x18", "lz4", "unlz4"},
	{"PAR1", "Parquet", "a converter to csv"},
}

// Decompress returns the plain bytes of a plain, gzip or zstd file. It goes by
// the first bytes, not by the name: files are renamed more often than repacked.
func Decompress(r io.Reader) (io.Reader, error) {
	plain, _, err := unpack(r)
	return plain, err
}

func unpack(r io.Reader) (io.Reader, compression, error) {
	b := bufio.NewReaderSize(r, sniffed)
	magic, err := b.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, plainText, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, gzipped, brokenArchive(err, gzipped)
		}
		return z, gzipped, nil
	case isZstd(magic):
		// One at a time: no goroutine is left behind when a reader stops early.
		z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, zstandard, brokenArchive(err, zstandard)
		}
		return z, zstandard, nil
	}
	for _, f := range foreignArchives {
		if bytes.HasPrefix(magic, []byte(f.magic)) {
			return nil, plainText, fmt.Errorf("this is a %s file: expected plain text, gzip or zstd; unpack it with %s first", f.name, f.tool)
		}
	}
	return b, plainText, nil
}

// isZstd knows the magic numbers of a frame and of a skippable frame (RFC 8878, section 3.1).
func isZstd(magic []byte) bool {
	return bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(magic) >= 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:4], []byte{0x2a, 0x4d, 0x18})
}

// brokenArchive says in plain words what is wrong with packed data.
func brokenArchive(err error, c compression) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("the %s data ends early: the file is cut off, copy or download it again", c)
	}
	return fmt.Errorf("the %s data is damaged: %w", c, err)
}
