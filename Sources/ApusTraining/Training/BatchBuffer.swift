import ApusPlan
import ApusRuntime

/// Room for two batches of a plan's inputs: one that is worked with, and the next one, which the session's threads fill
/// meanwhile.
@safe
struct BatchBuffer: ~Copyable {
    private let work: UnsafeMutablePointer<Work>
    private var current: [UnsafeMutableRawPointer]
    private var next: [UnsafeMutableRawPointer]

    /// What the threads share.
    @unsafe
    private struct Work {
        var source: BatchSource?
        var columns: [UnsafeRawPointer] = unsafe []
        var destinations: [UnsafeMutableRawPointer] = unsafe []
        let indices: UnsafeMutablePointer<Int32>
        /// The places in the batch that are filled.
        var places = 0..<0
        var seed: UInt64 = 0
        var epoch = 0
    }

    /// - Parameters:
    ///   - capacity: samples of the largest batch.
    ///   - ports: the inputs that are filled, each of elements of four bytes.
    init(capacity: Int, ports: [Port]) {
        func half() -> [UnsafeMutableRawPointer] {
            unsafe ports.map { .allocate(byteCount: capacity * $0.sampleElements * 4, alignment: 64) }
        }
        unsafe current = unsafe half()
        unsafe next = unsafe half()
        unsafe work = .allocate(capacity: 1)
        unsafe work.initialize(to: Work(indices: .allocate(capacity: capacity)))
    }

    deinit {
        unsafe (current + next).forEach { unsafe $0.deallocate() }
        unsafe work.pointee.indices.deallocate()
        unsafe work.deinitialize(count: 1)
        unsafe work.deallocate()
    }

    /// Has the session read the inputs of the batch that is ready.
    func bind(to session: inout Session) {
        for port in unsafe current.indices { unsafe session.bindInput(port, to: current[port]) }
    }

    /// Samples that a thread prepares at a time.
    private static let piece = 8

    /// Fills the buffer with the samples `order`, each as the augmentation of `epoch` makes it.
    ///
    /// - Parameter places: those of the order that are wanted.
    /// - Precondition: there are no more samples than the capacity, all are in the source, and the source has a column for
    ///   each port.
    mutating func fill(
        _ source: BatchSource, order: Span<Int32>, places: Range<Int>, seed: UInt64, epoch: Int,
        threads session: inout Session
    ) {
        prepareNext(source, order: order, places: places, seed: seed, epoch: epoch, with: &session) {
            session, companion in
            session.share(companion)
        }
        takeNext()
    }

    /// Makes the batch that was prepared the one that ``bind(to:)`` gives.
    mutating func takeNext() { unsafe swap(&current, &next) }

    /// Has the next batch prepared while `body` runs: the companion that it gets must be done when it returns.
    ///
    /// - Precondition: as that of ``fill(_:order:places:seed:epoch:threads:)``.
    func prepareNext<Failure: Error>(
        _ source: BatchSource, order: Span<Int32>, places: Range<Int>, seed: UInt64, epoch: Int,
        with session: inout Session, _ body: (inout Session, Companion) throws(Failure) -> Void
    ) throws(Failure) {
        unsafe work.pointee.source = source
        unsafe work.pointee.destinations = unsafe next
        unsafe work.pointee.places = places
        unsafe work.pointee.seed = seed
        unsafe work.pointee.epoch = epoch
        for index in order.indices { unsafe work.pointee.indices[index] = order[index] }
        try unsafe source.withAddresses { (columns) throws(Failure) in
            unsafe work.pointee.columns = unsafe columns
            let companion = unsafe Companion(
                items: (places.count + Self.piece - 1) / Self.piece, samples: places.count, context: work
            ) { context, piece, _ in
                guard let work = unsafe context?.assumingMemoryBound(to: Work.self) else { return }
                unsafe BatchBuffer.prepare(piece, work)
            }
            try body(&session, companion)
        }
    }

    private static func prepare(_ piece: Int, _ work: UnsafeMutablePointer<Work>) {
        guard let preparations = unsafe work.pointee.source?.preparations else { return }
        let places = unsafe work.pointee.places
        let first = places.lowerBound + piece * Self.piece
        for (column, preparation) in preparations.enumerated() {
            let source = unsafe work.pointee.columns[column]
            let destination = unsafe work.pointee.destinations[column]
            for index in first..<min(places.upperBound, first + Self.piece) {
                unsafe preparation.prepare(
                    source, sample: Int(work.pointee.indices[index]), seed: work.pointee.seed,
                    epoch: work.pointee.epoch,
                    into: destination + index * preparation.elements * 4)
            }
        }
    }
}
