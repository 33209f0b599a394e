import ApusInstructions

func byteTable(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ByteTableParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let table = operands.bytes(1)
    let count = destination.width * destination.block
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            var from = operands.bytes(0) + source.start(sample: sample, block: block)
            var to = operands.bytes(2) + destination.start(sample: sample, block: block)
            for _ in 0..<destination.height {
                look(up: from, in: table, to, count: count)
                from += source.rowStride
                to += destination.rowStride
            }
        }
    }
}

/// Looks up bytes that follow each other, eight at a time: they are read and written in one move. The result may lie on them.
@inline(__always)
private func look(up source: Bytes, in table: Bytes, _ result: Bytes, count: Int) {
    @inline(__always)
    func entry(_ code: UInt64, _ place: Int) -> UInt64 {
        let byte = Int(truncatingIfNeeded: code &>> UInt64(truncatingIfNeeded: 8 &* place)) & 255
        return UInt64(table.load(fromByteOffset: byte, as: UInt8.self)) &<< UInt64(truncatingIfNeeded: 8 &* place)
    }
    var index = 0
    while index + 8 <= count {
        let codes = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        let low = entry(codes, 0) | entry(codes, 1) | entry(codes, 2) | entry(codes, 3)
        let high = entry(codes, 4) | entry(codes, 5) | entry(codes, 6) | entry(codes, 7)
        result.storeBytes(of: low | high, toByteOffset: index, as: UInt64.self)
        index += 8
    }
    while index < count {
        let code = Int(source.load(fromByteOffset: index, as: UInt8.self))
        result.storeBytes(of: table.load(fromByteOffset: code, as: UInt8.self), toByteOffset: index, as: UInt8.self)
        index += 1
    }
}
