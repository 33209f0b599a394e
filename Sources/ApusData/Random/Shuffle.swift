/// The order of samples in an epoch.
public enum Shuffle {
    /// A permutation of 0..<count, the same for the same seed and epoch.
    ///
    /// Fisher and Yates' shuffle in Durstenfeld's form: each permutation is equally likely. `count` is below 2³¹.
    public static func permutation(count: Int, seed: UInt64, epoch: Int) -> [Int32] {
        shuffled(count: count, random: CounterRandom(seed: seed, purpose: .shuffle, stream: UInt64(epoch)))
    }

    /// The samples 0..<count in two random parts: `heldOut` of them, and all others. Both in ascending order.
    ///
    /// The parts depend on the seed alone. `heldOut` is at most `count`.
    public static func split(count: Int, heldOut: Int, seed: UInt64) -> (training: [Int32], heldOut: [Int32]) {
        let order = shuffled(count: count, random: CounterRandom(seed: seed, purpose: .split))
        return (order[heldOut...].sorted(), order[..<heldOut].sorted())
    }

    private static func shuffled(count: Int, random: CounterRandom) -> [Int32] {
        precondition(count >= 0 && count <= Int32.max, "a permutation of \(count) samples")
        var random = random
        var order = (0..<Int32(count)).map { $0 }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(random.integer(below: UInt32(last + 1))))
        }
        return order
    }
}
