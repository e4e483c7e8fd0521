/** The shape of a factory's page before its racks are there. */
export const FactorySkeleton = ({ title, hall }: Readonly<{ title: string; hall: string | undefined }>) => (
  <div className="page" aria-busy="true">
    <header className="period-head">
      <div className="page-head">
        <h1>{title}</h1>
        <span className="bar" style={{ width: 320 }} />
      </div>
    </header>
    <section className="panel" aria-label={`${hall ?? 'Halls'}, loading`}>
      <header className="section-head">
        <h2>{hall ?? 'Halls by day'}</h2>
      </header>
      <div className="blank" style={{ height: 96 }} />
      <div className="blank" style={{ height: 380 }} />
    </section>
  </div>
)
