/// Appends little-endian numbers, names and lists.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    /// A size, count or offset.
    mutating func write(count: Int) { write(Int64(count)) }

    mutating func write(name: String) { write(bytes: Array(name.utf8)) }

    mutating func write(bytes more: [UInt8]) {
        write(count: more.count)
        bytes += more
    }

    mutating func write<Element>(list: [Element], _ body: (inout ByteWriter, Element) -> Void) {
        write(count: list.count)
        for element in list { body(&self, element) }
    }

    mutating func append(contentsOf more: [UInt8]) { bytes += more }

    /// Zeroes up to the next multiple of `alignment`.
    mutating func pad(to alignment: Int) {
        while bytes.count % alignment != 0 { bytes.append(0) }
    }
}
