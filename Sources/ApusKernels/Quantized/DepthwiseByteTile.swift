import CPlatform

/// Computes rows of results of kernels of three rows and up to four columns: one row, four that lie one below the other where there are
/// neither strides nor dilation of rows, or two where the stride is 2.
func computeRows(
    _ rows: Int, _ loops: DepthwiseLoopsPointer, _ source: Bytes, _ weights: Bytes, _ result: Bytes, _ addend: Bytes?
) {
    let tile = DepthwiseByteTile(loops, weights)
    switch rows {
    case 4: tile.compute(rows: 4, source, result, addend)
    case 2: tile.compute(rows: 2, source, result, addend)
    default: tile.compute(rows: 1, source, result, addend)
    }
}

/// A tile of a depthwise convolution of bytes, whose weights stay in registers. What is read of the source, four columns of each channel as
/// they lie, serves all rows that see it.
private struct DepthwiseByteTile {
    let loops: DepthwiseLoopsPointer
    /// The kernel's rows.
    let top, middle, bottom: IntegerVector

    @inline(__always)
    init(_ loops: DepthwiseLoopsPointer, _ weights: Bytes) {
        self.loops = loops
        top = weights.loadUnaligned(as: IntegerVector.self)
        middle = (weights + 4 &* lanes).loadUnaligned(as: IntegerVector.self)
        bottom = (weights + 8 &* lanes).loadUnaligned(as: IntegerVector.self)
    }

    @inline(__always)
    func compute(rows: Int, _ source: Bytes, _ result: Bytes, _ addend: Bytes?) {
        var (source, result, addend) = (source, result, addend)
        var missing = loops.pointee.firstMissing
        var columns = loops.pointee.columns
        while columns > 0 {
            if columns > loops.pointee.lastColumns {
                column(rows: rows, source, missing: nil, result, addend)
            } else {
                // The words would reach behind the row: they are read from further on the left, and moved.
                let bits = IntegerVector(repeating: Int32(truncatingIfNeeded: 8 &* missing))
                column(rows: rows, source - missing &* lanes, missing: bits, result, addend)
                missing &+= loops.pointee.columnStep / lanes
            }
            source += loops.pointee.columnStep
            result += loops.pointee.resultStep
            addend = addend.map { $0 + lanes }
            columns &-= 1
        }
    }

    /// Computes a column of results.
    ///
    /// - Parameter missing: bits of the words that stand before what is read.
    @inline(__always)
    private func column(
        rows: Int, _ source: Bytes, missing: IntegerVector?, _ result: Bytes, _ addend: Bytes?
    ) {
        @inline(__always)
        func word(_ row: Int) -> IntegerVector {
            let words = wordOfColumns(at: source + row &* loops.pointee.kernelRow)
            return missing.map { moved(words, by: $0) } ?? words
        }
        @inline(__always)
        func sum(_ first: IntegerVector, _ second: IntegerVector, _ third: IntegerVector) -> IntegerVector {
            let upper = FourBytes.addProducts(loops.pointee.output.start, first, top)
            return FourBytes.addProducts(FourBytes.addProducts(upper, second, middle), third, bottom)
        }
        let (a, b, c) = (word(0), word(1), word(2))
        let first = sum(a, b, c)
        if rows == 1 { return loops.pointee.store((first, first, first, first), count: 1, result, addend) }
        let (d, e) = (word(3), word(4))
        if rows == 2 {
            let second = sum(c, d, e)
            return loops.pointee.store((first, second, second, second), count: 2, result, addend)
        }
        loops.pointee.store((first, sum(b, c, d), sum(c, d, e), sum(d, e, word(5))), count: 4, result, addend)
    }
}

/// Four neighbouring columns of each channel of a block.
@inline(__always)
private func wordOfColumns(at address: Bytes) -> IntegerVector {
    #if VECTOR_16
        apus_word_of_columns_16(address)
    #elseif VECTOR_8
        apus_word_of_columns_8(address)
    #else
        apus_word_of_columns_4(address)
    #endif
}

/// Words without their lowest bits.
@inline(__always)
private func moved(_ words: IntegerVector, by bits: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_moved_words_16(words, bits)
    #elseif VECTOR_8
        apus_moved_words_8(words, bits)
    #else
        apus_moved_words_4(words, bits)
    #endif
}
