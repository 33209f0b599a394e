import CPlatform

/// Computes `outputs` (1 or 2) output blocks of `rows` rows, whose weights have `bits` bits.
///
/// While a block of inputs is gone through, the sums of digits stay in registers: a code is loaded once for all rows.
enum BlockDenseTile<let outputs: Int, let rows: Int, let bits: Int> {
    @inline(never)
    static func compute(_ work: borrowing BlockDenseWork, _ block: Int, _ sample: Int) {
        let codeStep = work.inputBlocks &* blockBytes
        let scaleStep = work.inputBlocks &* lanes
        let rowWords = work.rowWords
        var codes = work.codes + block &* codeStep
        var scales = work.scales + block &* scaleStep
        var digits = work.digits + sample &* rowWords
        var results = noResults
        var left = work.inputBlocks
        repeat {
            var sums = start(digits, rowWords)
            addBlock(codes, codeStep, digits, rowWords, &sums)
            for output in 0..<outputs {
                let scale = scales.vector(at: output &* scaleStep)
                for row in 0..<rows {
                    let place = output * rows + row
                    let power = Float(bitPattern: UInt32(bitPattern: digits[row &* rowWords &+ DigitRow.scale]))
                    let sum = joined(sums[3 * place], sums[3 * place + 1], sums[3 * place + 2])
                    // Not fused: the bits are then the same on every instruction set.
                    let term = sum * Vector(repeating: power) * scale
                    results[place] = results[place] + term
                }
            }
            codes += blockBytes
            scales += lanes
            digits += DigitRow.blockWords
            left &-= 1
        } while left > 0
        for output in 0..<outputs {
            let bias = work.bias.map { $0.vector(at: (block + output) * lanes) } ?? Vector()
            for row in 0..<rows {
                let value = lesser(work.ceiling, greater(work.floor, bias + results[output * rows + row]))
                work.destination.store(
                    value, at: (sample + row) * work.destinationStride + (block + output) * lanes)
            }
        }
    }

    /// Bytes of the codes of a block.
    @inline(__always)
    private static var blockBytes: Int { 4 * bits * lanes }

    @inline(__always)
    private static func start(_ digits: UnsafeMutablePointer<Int32>, _ rowWords: Int) -> DigitSums {
        var sums = noDigitSums
        for row in 0..<rows {
            let starts = digits + row &* rowWords + DigitRow.starts
            for output in 0..<outputs {
                let place = 3 * (output * rows + row)
                sums[place] = IntegerVector(repeating: starts[0])
                sums[place + 1] = IntegerVector(repeating: starts[1])
                if digitPlanes == 3 { sums[place + 2] = IntegerVector(repeating: starts[2]) }
            }
        }
        return sums
    }

    /// Adds the products of a block of inputs.
    @inline(__always)
    private static func addBlock(
        _ codes: Bytes, _ codeStep: Int, _ digits: UnsafeMutablePointer<Int32>, _ rowWords: Int, _ sums: inout DigitSums
    ) {
        var (codes, digits) = (codes, digits)
        var left = bits
        repeat {
            let first = codes.loadUnaligned(as: IntegerVector.self)
            let second = outputs > 1 ? codes.loadUnaligned(fromByteOffset: codeStep, as: IntegerVector.self) : first
            if bits == 8 {
                add(first, second, digits, rowWords, &sums)
            } else {
                add(lowCodes(first), lowCodes(second), digits, rowWords, &sums)
                add(highCodes(first), highCodes(second), digits + 4, rowWords, &sums)
            }
            codes += 4 &* lanes
            digits += 32 / bits
            left &-= 1
        } while left > 0
    }

    /// Adds the products of four inputs.
    @inline(__always)
    private static func add(
        _ first: IntegerVector, _ second: IntegerVector, _ digits: UnsafeMutablePointer<Int32>, _ rowWords: Int,
        _ sums: inout DigitSums
    ) {
        let (firstCodes, secondCodes) = (CodePair(first), CodePair(second))
        for row in 0..<rows {
            let digits = digits + row &* rowWords
            firstCodes.addProducts(digits, to: &sums, at: 3 * row)
            if outputs > 1 { secondCodes.addProducts(digits, to: &sums, at: 3 * (rows + row)) }
        }
    }
}

#if VECTOR_16
    /// The sums of each digit of each row and output block.
    private typealias DigitSums = InlineArray<18, IntegerVector>
    private typealias BlockResults = InlineArray<6, Vector>
#else
    private typealias DigitSums = InlineArray<9, IntegerVector>
    private typealias BlockResults = InlineArray<3, Vector>
#endif

/// Sums that are all zero: a literal, as in ``noSums``.
@inline(__always)
private var noDigitSums: DigitSums {
    let zero = IntegerVector()
    #if VECTOR_16
        return [
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        ]
    #else
        return [zero, zero, zero, zero, zero, zero, zero, zero, zero]
    #endif
}

@inline(__always)
private var noResults: BlockResults {
    let zero = Vector()
    #if VECTOR_16
        return [zero, zero, zero, zero, zero, zero]
    #else
        return [zero, zero, zero]
    #endif
}

/// Four codes in each lane, as they are multiplied with digits.
private struct CodePair {
    let first: IntegerVector
    let second: IntegerVector

    @inline(__always)
    init(_ codes: IntegerVector) {
        #if VECTOR_16
            (first, second) = (apus_first_codes_16(codes), apus_second_codes_16(codes))
        #elseif VECTOR_8
            (first, second) = (apus_first_codes_8(codes), apus_second_codes_8(codes))
        #else
            (first, second) = (apus_first_codes_4(codes), apus_second_codes_4(codes))
        #endif
    }

    /// Adds the products with four numbers to the sums of their digits.
    @inline(__always)
    func addProducts(_ digits: UnsafeMutablePointer<Int32>, to sums: inout DigitSums, at place: Int) {
        sums[place] = adding(digits, 0, to: sums[place])
        sums[place + 1] = adding(digits, 1, to: sums[place + 1])
        if digitPlanes == 3 { sums[place + 2] = adding(digits, 2, to: sums[place + 2]) }
    }

    @inline(__always)
    private func adding(_ digits: UnsafeMutablePointer<Int32>, _ plane: Int32, to sum: IntegerVector) -> IntegerVector {
        #if VECTOR_16
            apus_add_digits_16(sum, first, second, digits, plane)
        #elseif VECTOR_8
            apus_add_digits_8(sum, first, second, digits, plane)
        #else
            apus_add_digits_4(sum, first, second, digits, plane)
        #endif
    }
}

/// The sums of the digits as one number, rounded once.
@inline(__always)
private func joined(_ first: IntegerVector, _ second: IntegerVector, _ third: IntegerVector) -> Vector {
    #if VECTOR_16
        apus_joined_16(first, second, third)
    #elseif VECTOR_8
        apus_joined_8(first, second, third)
    #else
        apus_joined_4(first, second, third)
    #endif
}

/// The codes of the first four inputs of eight.
@inline(__always)
private func lowCodes(_ codes: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_low_codes_16(codes)
    #elseif VECTOR_8
        apus_low_codes_8(codes)
    #else
        apus_low_codes_4(codes)
    #endif
}

/// The codes of the other four.
@inline(__always)
private func highCodes(_ codes: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_high_codes_16(codes)
    #elseif VECTOR_8
        apus_high_codes_8(codes)
    #else
        apus_high_codes_4(codes)
    #endif
}
