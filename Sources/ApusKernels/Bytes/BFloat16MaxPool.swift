import ApusInstructions

func bfloat16MaxPool(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: PoolParameters.self)
    forEachWindow(of: settings, sourceBytes: 2, resultBytes: 2, operands, samples) { places, result in
        var greatest = Vector(repeating: -.infinity)
        places.forEach { greatest = greater(greatest, loadedBFloats(at: $0)) }
        storeBFloats(greatest, at: result)
    }
}
