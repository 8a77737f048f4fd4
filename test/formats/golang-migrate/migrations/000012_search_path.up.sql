SELECT pg_catalog.set_config('search_path', '', false);
CREATE VIEW public.team_sizes AS
    SELECT t.name, count(u.id) AS members FROM public.teams t LEFT JOIN public.users u ON u.team_id = t.id GROUP BY t.name;
