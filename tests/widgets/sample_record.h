#pragma once

namespace postern {
class RecordDescription;
}

namespace postern::test {

/// A record with a field of every kind, shaped like a rate limit.
const RecordDescription& sampleRecord();

} // namespace postern::test
