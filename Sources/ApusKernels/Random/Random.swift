import ApusInstructions

/// Four words of Philox4x32-10 for as many counters as a ``WideVector`` has lanes: each word in the low half of a lane,
/// and what the upper half holds has no meaning.
struct PhiloxWords {
    var word0, word1, word2, word3: WideVector

    /// The ten rounds of Salmon et al. (2011), section 3.3, with the constants of its table 2.
    @inline(__always)
    mutating func encrypt(keyLow: UInt32, keyHigh: UInt32) {
        let low = WideVector(repeating: 0xFFFF_FFFF)
        let multiplier0 = WideVector(repeating: 0xD251_1F53)
        let multiplier2 = WideVector(repeating: 0xCD9E_8D57)
        var key0 = keyLow
        var key1 = keyHigh
        for _ in 0..<10 {
            let product0 = (word0 & low) &* multiplier0
            let product2 = (word2 & low) &* multiplier2
            word0 = (product2 &>> 32) ^ word1 ^ WideVector(repeating: UInt64(key0))
            word2 = (product0 &>> 32) ^ word3 ^ WideVector(repeating: UInt64(key1))
            word1 = product2
            word3 = product0
            key0 = key0 &+ 0x9E37_79B9
            key1 = key1 &+ 0xBB67_AE85
        }
    }
}

/// Puts the low halves of `even` and `odd` into the even and odd lanes of one vector.
@inline(__always)
private func interleaved(_ even: WideVector, _ odd: WideVector) -> BitVector {
    unsafeBitCast((even & WideVector(repeating: 0xFFFF_FFFF)) | (odd &<< 32), to: BitVector.self)
}

/// The even lanes of two vectors, taken in turn.
@inline(__always)
private func evenLanes(_ a: WideVector, _ b: WideVector) -> WideVector {
    var result = a
    for lane in 0..<lanes / 4 {
        result[2 * lane + 1] = b[2 * lane]
    }
    return result
}

/// The odd lanes of two vectors, taken in turn.
@inline(__always)
private func oddLanes(_ a: WideVector, _ b: WideVector) -> WideVector {
    var result = b
    for lane in 0..<lanes / 4 {
        result[2 * lane] = a[2 * lane + 1]
    }
    return result
}

/// Four vectors with one number of each counter, turned into four vectors with the numbers in the order of the elements.
///
/// Within each four lanes this is a 4 × 4 transposition. The generator deals out its counters so that no more is needed.
@inline(__always)
private func inOrder(_ numbers: (Vector, Vector, Vector, Vector)) -> (Vector, Vector, Vector, Vector) {
    let low = WideVector(repeating: 0xFFFF_FFFF)
    @inline(__always)
    func even(_ a: Vector, _ b: Vector) -> WideVector {
        unsafeBitCast(a, to: WideVector.self) & low | unsafeBitCast(b, to: WideVector.self) &<< 32
    }
    @inline(__always)
    func odd(_ a: Vector, _ b: Vector) -> WideVector {
        unsafeBitCast(a, to: WideVector.self) &>> 32 | unsafeBitCast(b, to: WideVector.self) & ~low
    }
    let (even01, even23) = (even(numbers.0, numbers.1), even(numbers.2, numbers.3))
    let (odd01, odd23) = (odd(numbers.0, numbers.1), odd(numbers.2, numbers.3))
    return (
        unsafeBitCast(evenLanes(even01, even23), to: Vector.self),
        unsafeBitCast(evenLanes(odd01, odd23), to: Vector.self),
        unsafeBitCast(oddLanes(even01, even23), to: Vector.self),
        unsafeBitCast(oddLanes(odd01, odd23), to: Vector.self)
    )
}

/// The random words of a sample, as many counters at once as a vector has lanes.
private struct Generator {
    let keyLow, keyHigh, step, stream: UInt32
    /// The counters of the even and of the odd lanes, from the first: lane `4·g + r` has counter `r·lanes / 4 + g`, which
    /// is what ``inOrder(_:)`` asks for.
    let even, odd: WideVector

    @inline(__always)
    init(_ arguments: RunArguments, stream: UInt32) {
        keyLow = arguments.seedLow
        keyHigh = arguments.seedHigh
        step = arguments.step
        self.stream = stream
        var even = WideVector()
        var odd = WideVector()
        for lane in 0..<lanes / 2 {
            let group = lane / 2
            let place = lane % 2 * 2
            even[lane] = UInt64(truncatingIfNeeded: place * lanes / 4 + group)
            odd[lane] = UInt64(truncatingIfNeeded: (place + 1) * lanes / 4 + group)
        }
        self.even = even
        self.odd = odd
    }

    /// Word `w` of each lane's counter, from `block` on, in vector `w`.
    @inline(__always)
    func words(block: Int, sample: UInt32) -> (BitVector, BitVector, BitVector, BitVector) {
        let first = WideVector(repeating: UInt64(truncatingIfNeeded: block))
        var a = PhiloxWords(
            word0: first &+ even, word1: WideVector(repeating: UInt64(sample)),
            word2: WideVector(repeating: UInt64(step)), word3: WideVector(repeating: UInt64(stream)))
        var b = a
        b.word0 = first &+ odd
        a.encrypt(keyLow: keyLow, keyHigh: keyHigh)
        b.encrypt(keyLow: keyLow, keyHigh: keyHigh)
        return (
            interleaved(a.word0, b.word0), interleaved(a.word1, b.word1), interleaved(a.word2, b.word2),
            interleaved(a.word3, b.word3)
        )
    }
}

/// Unsigned integers as numbers, rounded to nearest.
@inline(__always)
private func numbers(_ words: BitVector) -> Vector {
    let high = converted(unsafeBitCast(words &>> 16, to: IntegerVector.self))
    let low = converted(unsafeBitCast(words & BitVector(repeating: 0xFFFF), to: IntegerVector.self))
    return multiplyAdd(low, high, Vector(repeating: 65536))
}

/// Two independent normal numbers from two uniform words: Box and Muller, "A Note on the Generation of Random Normal
/// Deviates" (1958). The first word, as a number in (0, 1], gives the radius, the second the angle.
@inline(__always)
private func normals(_ radiusWord: BitVector, _ angleWord: BitVector) -> (Vector, Vector) {
    let uniform = multiplyAdd(Vector(repeating: 0x1p-33), numbers(radiusWord), Vector(repeating: 0x1p-32))
    let square = logarithmOfNormal(uniform) * -2
    // The logarithm of 1 may come out a hair above zero.
    let radius = squareRoot(square.replacing(with: 0, where: square .< 0))
    let (sine, cosine) = sineAndCosine(ofTurn: angleWord)
    return (radius * cosine, radius * sine)
}

/// Runs `generate` for each group of four vectors' elements and `apply` on each vector of the result.
@inline(__always)
private func forEachGroup(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ settings: RandomParameters, _ samples: Int,
    generate: ((BitVector, BitVector, BitVector, BitVector)) -> (Vector, Vector, Vector, Vector),
    apply: (_ source: Vector, _ random: Vector) -> Vector
) {
    let arguments = operands[2].unsafelyUnwrapped.load(as: RunArguments.self)
    let generator = Generator(arguments, stream: settings.stream)
    let count = Int(settings.count)
    for sample in 0..<samples {
        let from = operands.floats(0) + sample * Int(settings.sourceStride)
        let to = operands.floats(1) + sample * Int(settings.destinationStride)
        let number = arguments.firstSample &+ UInt32(truncatingIfNeeded: sample)
        var index = 0
        while index < count {
            let random = inOrder(generate(generator.words(block: index / 4, sample: number)))
            let vectors: InlineArray<4, Vector> = [random.0, random.1, random.2, random.3]
            for vector in 0..<4 {
                let start = index + vector * lanes
                if start >= count { break }
                let width = min(lanes, count - start)
                to.save(apply(from.load(start, width), vectors[vector]), start, width)
            }
            index += 4 * lanes
        }
    }
}

func gaussianNoise(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: RandomParameters.self)
    let amount = Vector(repeating: settings.amount)
    forEachGroup(operands, settings, samples) { words in
        let (first, second) = normals(words.0, words.1)
        let (third, fourth) = normals(words.2, words.3)
        return (first, second, third, fourth)
    } apply: { source, normal in
        multiplyAdd(source, normal, amount)
    }
}

func dropout(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: RandomParameters.self)
    let amount = Vector(repeating: settings.amount)
    let scale = Vector(repeating: settings.amount < 1 ? 1 / (1 - settings.amount) : 0)
    // 24 bits, so that the uniform number is exact and never 1.
    @inline(__always)
    func uniform(_ word: BitVector) -> Vector { numbers(word &>> 8) * 0x1p-24 }
    forEachGroup(operands, settings, samples) { words in
        (uniform(words.0), uniform(words.1), uniform(words.2), uniform(words.3))
    } apply: { source, random in
        Vector().replacing(with: source * scale, where: random .>= amount)
    }
}
