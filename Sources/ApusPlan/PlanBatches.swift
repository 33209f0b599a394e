internal import ApusInstructions

extension Plan {
    /// Whether a sample's results depend on the others of its batch: sums over samples, or batch norm in training. All of
    /// them must then be there at once; other plans take a batch of any size, a micro-batch at a time.
    package var couplesSamples: Bool {
        reductionBytes > 0 || !combinations.isEmpty
            || body.contains { (try? $0.definition(lanes: target.lanes))?.couplesSamples == true }
    }

    /// The largest batch that a run takes.
    package var maximumBatch: Int { hasBatch ? couplesSamples ? batchBound : Int(Int32.max) : 1 }
}
