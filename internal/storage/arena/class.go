package arena

// Sizes of blocks and pages, in units of UnitBytes unless the name says otherwise.
const (
	// UnitBytes is the granule of blocks and references.
	UnitBytes = 16

	pageShift    = 14
	pageUnits    = 1 << pageShift
	pageBytes    = pageUnits * UnitBytes
	pagesMax     = 1 << (32 - pageShift)
	classUnits   = 4096 // the largest block that shares a page
	runUnits     = 256  // small classes take this much of a page at a time
	ownPageRound = 4096 // bytes to which a block with its own page is rounded
)

// classSizes are the block sizes in units, ascending.
var classSizes = buildSizes()

// classBySize maps a size in units to the smallest class that holds it.
var classBySize = buildClasses()

func buildSizes() []int {
	sizes := []int{1, 2, 3, 4, 5, 6, 7, 8}
	for next := 10; next < classUnits; next = next * 5 / 4 {
		sizes = append(sizes, next)
	}
	return append(sizes, classUnits)
}

func buildClasses() []uint8 {
	classes := make([]uint8, classUnits+1)
	class := 0
	for units := 1; units <= classUnits; units++ {
		if units > classSizes[class] {
			class++
		}
		classes[units] = uint8(class)
	}
	return classes
}

// RoundUp returns the bytes that a block of n bytes takes, which its owner may use in full.
func RoundUp(n int) int {
	units := (n + UnitBytes - 1) / UnitBytes
	if units > classUnits {
		return (n + ownPageRound - 1) / ownPageRound * ownPageRound
	}
	return classSizes[classBySize[max(units, 1)]] * UnitBytes
}
