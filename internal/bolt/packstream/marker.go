package packstream

import "math"

// Marker bytes. The tiny forms carry their value or size in the low four bits.
const (
	markNull    = 0xC0
	markFloat   = 0xC1
	markFalse   = 0xC2
	markTrue    = 0xC3
	markInt8    = 0xC8
	markInt16   = 0xC9
	markInt32   = 0xCA
	markInt64   = 0xCB
	markBytes8  = 0xCC
	markBytes16 = 0xCD
	markBytes32 = 0xCE
	markString  = 0x80
	markStr8    = 0xD0
	markStr16   = 0xD1
	markStr32   = 0xD2
	markList    = 0x90
	markList8   = 0xD4
	markList16  = 0xD5
	markList32  = 0xD6
	markMap     = 0xA0
	markMap8    = 0xD8
	markMap16   = 0xD9
	markMap32   = 0xDA
	markStruct  = 0xB0
)

// SizeMax is the largest length or count that the encoding can hold.
const SizeMax = math.MaxInt32

// StructFieldsMax is the largest number of fields of a structure.
const StructFieldsMax = 15

// Type is what a marker announces.
type Type uint8

// The types.
const (
	TypeInvalid Type = iota
	TypeNull
	TypeBool
	TypeInt
	TypeFloat
	TypeBytes
	TypeString
	TypeList
	TypeMap
	TypeStruct
)

// String returns the name that messages use.
func (t Type) String() string {
	switch t {
	case TypeNull:
		return "null"
	case TypeBool:
		return "boolean"
	case TypeInt:
		return "integer"
	case TypeFloat:
		return "float"
	case TypeBytes:
		return "bytes"
	case TypeString:
		return "string"
	case TypeList:
		return "list"
	case TypeMap:
		return "map"
	case TypeStruct:
		return "structure"
	case TypeInvalid:
	}
	return "unknown marker"
}

// article returns the name of t with its article.
func (t Type) article() string {
	switch t {
	case TypeInt:
		return "an integer"
	case TypeBytes, TypeNull:
		return t.String()
	case TypeInvalid, TypeBool, TypeFloat, TypeString, TypeList, TypeMap, TypeStruct:
	}
	return "a " + t.String()
}

// types is what each marker byte announces.
//
//nolint:gochecknoglobals // a table that nothing changes
var types = func() (table [256]Type) {
	for marker := range table {
		table[marker] = announced(byte(marker))
	}
	return table
}()

// typeOf returns what the marker byte announces.
func typeOf(marker byte) Type { return types[marker] }

func announced(marker byte) Type {
	switch {
	case marker < 0x80 || marker >= 0xF0:
		return TypeInt
	case marker < markList:
		return TypeString
	case marker < markMap:
		return TypeList
	case marker < markStruct:
		return TypeMap
	case marker < markNull:
		return TypeStruct
	}
	switch marker {
	case markNull:
		return TypeNull
	case markFloat:
		return TypeFloat
	case markFalse, markTrue:
		return TypeBool
	case markInt8, markInt16, markInt32, markInt64:
		return TypeInt
	case markBytes8, markBytes16, markBytes32:
		return TypeBytes
	case markStr8, markStr16, markStr32:
		return TypeString
	case markList8, markList16, markList32:
		return TypeList
	case markMap8, markMap16, markMap32:
		return TypeMap
	}
	return TypeInvalid
}
