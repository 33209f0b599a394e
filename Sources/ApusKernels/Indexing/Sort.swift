import ApusInstructions

/// An element while it is sorted: a number that orders as the element does, and its index.
private struct Entry {
    var key: UInt64
    var index: Int
}

/// Up to so many elements are kept by insertion.
private let sortedWhole = 64

func sort(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: SortParameters.self)
    let line = SortedLine(
        source: StoredValues(operands[0], settings.type), settings: settings, values: operands[1],
        indices: operands[2]?.assumingMemoryBound(to: Int64.self),
        scratch: operands[3].unsafelyUnwrapped.assumingMemoryBound(to: Entry.self))
    let (axis, inner, kept) = (Int(settings.axis), Int(settings.inner), Int(settings.kept))
    for sample in 0..<samples {
        for outer in 0..<Int(settings.outer) {
            for column in 0..<inner {
                line.sort(
                    from: sample * Int(settings.sourceSampleStride) + outer * axis * inner + column,
                    to: sample * Int(settings.valueSampleStride) + outer * kept * inner + column,
                    indicesTo: sample * Int(settings.indexSampleStride) + outer * kept * inner + column)
            }
        }
    }
}

private struct SortedLine {
    let source: StoredValues
    let settings: SortParameters
    let values: UnsafeMutableRawPointer?
    let indices: Integers?
    let scratch: UnsafeMutablePointer<Entry>

    func sort(from place: Int, to result: Int, indicesTo indexResult: Int) {
        let (axis, inner, kept) = (Int(settings.axis), Int(settings.inner), Int(settings.kept))
        if kept == 0 { return }
        var sorted: UnsafeMutablePointer<Entry>
        if kept < axis && kept <= sortedWhole {
            sorted = scratch
            selectFirst(from: place)
        } else {
            for index in 0..<axis { scratch[index] = Entry(key: key(at: place + index * inner), index: index) }
            sorted = merged(scratch, scratch + axis, count: axis)
        }
        if settings.isOrdered == 0 {
            let other = sorted == scratch ? scratch + axis : scratch
            for number in 0..<kept { sorted[number].key = UInt64(sorted[number].index) }
            sorted = merged(sorted, other, count: kept)
        }
        for number in 0..<kept {
            let index = sorted[number].index
            indices?[indexResult + number * inner] = Int64(index)
            if let values {
                let bytes = source.type.bytes
                (values + (result + number * inner) * bytes).copyMemory(
                    from: source.address + (place + index * inner) * bytes, byteCount: bytes)
            }
        }
    }

    /// A number that orders as the element does, or the reverse where the order is descending.
    @inline(__always)
    private func key(at place: Int) -> UInt64 {
        let ascending: UInt64
        if source.type.isInteger {
            ascending = UInt64(bitPattern: source.integer(at: place)) ^ (1 << 63)
        } else {
            let number = source.float(at: place)
            // Both zeros are one; what is negative orders by its magnitude, reversed.
            let bits = number == 0 ? 0 : number.bitPattern
            let ordered = bits >> 31 == 1 ? ~bits : bits | 1 << 31
            ascending = number != number ? .max : UInt64(ordered)
        }
        return settings.isDescending == 1 ? ~ascending : ascending
    }

    /// The first `kept` in order, each element inserted among those so far if it comes before the last of them.
    @inline(__always)
    private func selectFirst(from place: Int) {
        let (axis, inner, kept) = (Int(settings.axis), Int(settings.inner), Int(settings.kept))
        var count = 0
        for index in 0..<axis {
            let key = key(at: place + index * inner)
            if count == kept {
                if key >= scratch[kept - 1].key { continue }
            } else {
                count += 1
            }
            var hole = count - 1
            while hole > 0 && scratch[hole - 1].key > key {
                scratch[hole] = scratch[hole - 1]
                hole -= 1
            }
            scratch[hole] = Entry(key: key, index: index)
        }
    }

    /// Sorts `count` entries by merging runs of 1, 2, 4 ... between the two places, and returns where they are then.
    private func merged(
        _ entries: UnsafeMutablePointer<Entry>, _ other: UnsafeMutablePointer<Entry>, count: Int
    ) -> UnsafeMutablePointer<Entry> {
        var (from, to) = (entries, other)
        var width = 1
        while width < count {
            var start = 0
            while start < count {
                let middle = min(start + width, count)
                let end = min(middle + width, count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    if left < middle && (right == end || from[left].key <= from[right].key) {
                        to[place] = from[left]
                        left += 1
                    } else {
                        to[place] = from[right]
                        right += 1
                    }
                }
                start = end
            }
            (from, to) = (to, from)
            width *= 2
        }
        return from
    }
}
